internal import GRPC
internal import HTTP

/// Header blocks that never change, made once for a server.
final class StaticResponses {
    /// The headers of a gRPC answer that has a message.
    let grpcHeaders = HeaderBlock(
        [(":status", "200"), ("content-type", GRPCContentType.value)], permanent: true)
    /// The trailers of a call that went well.
    let grpcOK = HeaderBlock([("grpc-status", "0")], permanent: true)
    /// The interim answer to `expect: 100-continue`.
    let goOn = HeaderBlock([(":status", "100")], permanent: true)

    /// The trailers of a call that ended with `status`.
    func trailers(_ status: GRPCStatus, _ extra: [(String, String)]) -> HeaderBlock {
        if status.code == .ok && status.message.isEmpty && extra.isEmpty { return grpcOK }
        return HeaderBlock(Self.fields(status) + extra)
    }

    /// The only headers of a call that ended with `status` before it had an answer.
    func trailersOnly(
        _ status: GRPCStatus, _ extra: [(String, String)], httpStatus: Int = 200
    ) -> HeaderBlock {
        HeaderBlock(
            [(":status", String(httpStatus)), ("content-type", GRPCContentType.value)]
                + Self.fields(status) + extra)
    }

    private static func fields(_ status: GRPCStatus) -> [(String, String)] {
        var fields = [("grpc-status", status.code.headerValue)]
        if !status.message.isEmpty {
            fields.append(("grpc-message", GRPCStatus.percentEncoded(status.message)))
        }
        return fields
    }
}
