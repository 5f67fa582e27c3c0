/// What a decoder takes at most. A count above its limit is refused before anything is allocated for it.
enum Limits {
    /// Seats in one membership.
    static let seats = 1024
    /// Peer or client URLs of one member.
    static let addresses = 64
    /// Values in one chunk of a promise or of catch-up.
    static let values = 65_536
    /// Starts of one directory's processes in a hello.
    static let starts = 64
    /// Messages in one peer frame.
    static let messages = 65_536
    /// Slots and rounds.
    static let counterMax: UInt64 = 1 << 62
    /// Elements for which room is made before they are seen.
    static let reservedElements = 256
}
