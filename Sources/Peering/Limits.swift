/// The sizes and times that bound the connections to peers.
enum Limits {
    /// Messages up to this size travel on the express lane (P16).
    static let expressMessageBytes = 64 << 10
    /// A frame is closed at this size; a larger message rides alone.
    static let frameBytes = 4 << 20
    /// The largest frame that is taken from a peer.
    static let frameBytesMax = 64 << 20
    /// Unsent bytes of a lane at which further frames are dropped: the core expects loss.
    static let expressBufferBytes = 16 << 20
    static let bulkBufferBytes = 96 << 20
    /// Pauses between attempts to reach a peer.
    static let redialMillisecondsMin: UInt64 = 10
    static let redialMillisecondsMax: UInt64 = 500
    /// A connection on which nothing came for so many election time-outs is given up, ...
    static let silentTimeouts: UInt64 = 8
    /// ... but not before this time.
    static let silenceMillisecondsMin: UInt64 = 1_000
    /// A connection on which nothing comes at all is asked after so long whether anybody is there, ...
    static let pingMilliseconds: UInt64 = 5_000
    /// ... and given up when no answer has come for so much longer.
    static let pingTimeoutMilliseconds: UInt64 = 20_000
    /// How long one attempt to connect may take, ...
    static let dialMilliseconds: UInt64 = 2_000
    /// ... and how long a stream may be there before the other side has said hello.
    static let helloMilliseconds: UInt64 = 5_000
    /// A peer that should call, and has not for so long, is dialed.
    static let silenceMilliseconds: UInt64 = 1_000
    /// Peers that are no members as far as is known here, at a time.
    static let guestsMax = 32
    /// A guest that has brought no frame for so long gives its place to another one. If it has something to say, it
    /// calls again.
    static let guestMilliseconds: UInt64 = 30_000
    /// Connections to the peer port at a time: two of each member and guest, and those that ask or are replaced.
    static let connectionsMax = 1_024
    /// A connection to the peer port on which nothing is open for so long is closed.
    static let unusedMilliseconds: UInt64 = 10_000
    /// Unsent bytes of a peer's connection, or bytes of requests that have not come whole.
    static let connectionBytesMax = 256 << 20
    /// How long a member may take to say who the members are.
    static let inquiryMilliseconds: UInt64 = 2_000
}
