internal import GRPC

/// A body of gRPC messages; a time-out; the words of a status.
enum GRPCInput {
    private static let messageBytesMax = 1_000

    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch mode & 3 {
        case 0: try timeout(rest)
        case 1: try words(String(decoding: rest, as: UTF8.self))
        default: try messages(rest, pieceSize: [1, 3, 6, 64][Int(mode >> 4 & 3)])
        }
    }

    private static func messages(
        _ body: UnsafeRawBufferPointer, pieceSize: Int
    ) throws(Breach) {
        let whole = try cut(body, pieceSize: 0)
        let cut = try cut(body, pieceSize: pieceSize)
        try Breach.unless(whole == cut, "other messages in pieces of \(pieceSize)")
        // What was delivered is the beginning of what came.
        var sent: [UInt8] = []
        for message in whole.messages {
            sent += [0] + withUnsafeBytes(of: UInt32(message.count).bigEndian, Array.init) + message
        }
        try Breach.unless(body.starts(with: sent), "messages that nobody sent")
    }

    private struct Delivery: Equatable {
        var messages: [[UInt8]] = []
        var isRefused = false
    }

    private static func cut(
        _ body: UnsafeRawBufferPointer, pieceSize: Int
    ) throws(Breach) -> Delivery {
        var framer = MessageFramer(maxMessageBytes: messageBytesMax)
        var delivery = Delivery()
        for piece in Pieces(body, size: pieceSize) {
            do throws(FramingError) {
                try framer.append(piece) { message in
                    delivery.messages.append(Array(message))
                    return true
                }
            } catch {
                delivery.isRefused = true
                break
            }
            try Breach.unless(
                framer.bufferedBytes < messageBytesMax + 5,
                "\(framer.bufferedBytes) bytes of a message are kept")
        }
        return delivery
    }

    private static func timeout(_ value: UnsafeRawBufferPointer) throws(Breach) {
        guard let nanoseconds = GRPCTimeout.nanoseconds(value) else { return }
        let text = GRPCTimeout.headerValue(nanoseconds: nanoseconds)
        let again = Array(text.utf8).withUnsafeBytes { GRPCTimeout.nanoseconds($0) }
        guard let again else { throw Breach("\(text) is no time-out") }
        // Rounded up to what eight digits say, or the longest that they say.
        try Breach.unless(
            again >= nanoseconds || text == "99999999S", "\(nanoseconds) ns become \(again)")
    }

    private static func words(_ text: String) throws(Breach) {
        let encoded = GRPCStatus.percentEncoded(text)
        try Breach.unless(
            encoded.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e }, "\(encoded) is no header value")
        try Breach.unless(GRPCStatus.percentDecoded(encoded) == text, "\(text) becomes another")
        _ = GRPCStatus.percentDecoded(text)
        _ = GRPCStatus.unknownPath(text) { _ in true }
    }
}
