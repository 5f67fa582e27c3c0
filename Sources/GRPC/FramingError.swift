/// What can be wrong with the frames of a gRPC message stream.
package enum FramingError: Error, Equatable, Sendable {
    /// The compressed flag is set; only the identity encoding is spoken here.
    case compressed
    /// The flag byte is neither 0 nor 1.
    case invalidFlag(UInt8)
    /// The message is longer than the receiver takes, in bytes.
    case tooLarge(size: Int, limit: Int)
    /// The stream ended inside a message.
    case truncated

    /// The status for the sender, in the words of gRPC's Go implementation.
    package var status: GRPCStatus {
        switch self {
        case .compressed:
            GRPCStatus(.unimplemented, "grpc: Decompressor is not installed for grpc-encoding")
        case .invalidFlag(let flag):
            GRPCStatus(.internal, "grpc: received unexpected payload format \(flag)")
        case .tooLarge(let size, let limit):
            GRPCStatus(
                .resourceExhausted,
                "grpc: received message larger than max (\(size) vs. \(limit))")
        case .truncated:
            GRPCStatus(.internal, "unexpected EOF")
        }
    }
}
