/// What is fuzzed: each takes any bytes from strangers, or from a disk, and says which property they break. An input
/// that it takes is not always one that is right: most are refused, and must be so without harm.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A whole HTTP/2 session, with nghttp2's own callbacks.
    case http2
    /// A whole HTTP/1.1 session.
    case http1
    /// The frames of a WebSocket.
    case websocket
    /// gRPC's messages in a body, its time-outs and its words.
    case grpc
    /// Every message of the protocol, on the wire.
    case protobuf
    /// Every message of the protocol, as JSON.
    case json
    /// What peers send each other.
    case peer
    /// Records of the log.
    case record
    /// A segment of the log, through recovery.
    case segment
    /// A snapshot's beginning, and the tables in it.
    case snapshot
    /// Parameters and bodies of the REST API.
    case rest
    /// What callers say of who they are.
    case token

    /// Tries one input.
    package func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        switch self {
        case .http2: try HTTP2Input.run(input)
        case .http1: try HTTP1Input.run(input)
        case .websocket: try WebSocketInput.run(input)
        case .grpc: try GRPCInput.run(input)
        case .protobuf: try ProtobufInput.run(input)
        case .json: try JSONInput.run(input)
        case .peer: try PeerInput.run(input)
        case .record: try RecordInput.run(input)
        case .segment: try SegmentInput.run(input)
        case .snapshot: try SnapshotInput.run(input)
        case .rest: try RESTInput.run(input)
        case .token: try TokenInput.run(input)
        }
    }

    /// Tries one input.
    package func run(_ input: [UInt8]) throws(Breach) {
        var breach: Breach?
        input.withUnsafeBytes { bytes in
            do throws(Breach) { try run(bytes) } catch { breach = error }
        }
        if let breach { throw breach }
    }
}
