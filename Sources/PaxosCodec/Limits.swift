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
    /// The highest slot that another node is believed: a log that decides 10,000 slots a second gets there in 223 years.
    /// Whatever is made of a slot, for instance ids of sessions, has room above it.
    static let saidSlotMax: UInt64 = 1 << 46
    /// The highest round, or log time in milliseconds, that another node is believed.
    static let saidCounterMax: UInt64 = 1 << 61
    /// Slots, rounds and log times in this node's own log. What it writes there is at most what it was told and some steps
    /// on from that, for which this leaves more room than it can use: it never refuses its own log.
    static let ownCounterMax: UInt64 = 1 << 62
    /// Elements for which room is made before they are seen.
    static let reservedElements = 256
}
