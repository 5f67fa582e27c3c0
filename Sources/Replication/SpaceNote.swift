/// What a node says to its peers of the room on its disk. Beside the log, which may have none left to say it in.
struct SpaceNote: Equatable {
    let isFull: Bool

    /// Above the kinds of messages about snapshots, which travel in the same way.
    private static let kind: UInt8 = 16

    var encoded: [UInt8] { [Self.kind, isFull ? 1 : 0] }

    init(isFull: Bool) { self.isFull = isFull }

    /// Reads what a peer sent; nil if it is no such note.
    init?(_ payload: [UInt8]) {
        guard payload.count == 2, payload[0] == Self.kind, payload[1] <= 1 else { return nil }
        isFull = payload[1] == 1
    }
}
