internal import HTTP

/// Bytes of a client on a WebSocket: however they are cut into pieces, they are the same messages, and the same breach
/// ends them; and what is held is bounded.
enum WebSocketInput {
    private static let messageBytesMax = 300

    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = try log(rest, pieceSize: 0)
        let cut = try log(rest, pieceSize: [1, 2, 7, 100][Int(mode & 3)])
        try Breach.unless(whole == cut, "other messages in pieces: \(whole) and \(cut)")
    }

    private static func log(
        _ input: UnsafeRawBufferPointer, pieceSize: Int
    ) throws(Breach) -> [String] {
        let reader = WebSocketReader(messageBytesMax: messageBytesMax)
        var log: [String] = []
        for piece in Pieces(input, size: pieceSize) {
            reader.append(piece)
            do throws(WebSocketBreach) {
                while let event = try reader.next() { log.append("\(event)") }
            } catch {
                return log + ["\(error)"]
            }
            // A message, a frame of it, and the head of the next one.
            let heldMax = 2 * messageBytesMax + 14
            try Breach.unless(reader.unfinishedCount <= heldMax, "\(reader.unfinishedCount) held")
        }
        return log
    }
}
