/// The kind of a gRPC method, as the label `grpc_type` names it.
package enum CallKind: String, Sendable {
    case unary
    case clientStream = "client_stream"
    case serverStream = "server_stream"
    case bidirectionalStream = "bidi_stream"
}
