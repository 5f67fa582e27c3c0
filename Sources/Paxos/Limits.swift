/// The bounds that are no knobs: each names a queue or a step that would else grow without end.
enum Limits {
    /// Voters in one membership: votes are counted in the bits of one word.
    static let votersMax = 64
    /// Election time-outs for which nothing must have come from the life that has a seat, before another life of
    /// its replica is given that seat (P5).
    static let silentTimeouts: UInt64 = 4
    /// A replica that is to begin to vote lacks at most this much of what is decided (P24).
    static let newVoterLagBytes = 1 << 20
    /// How far above its decided prefix an acceptor accepts; beyond, it is to catch up first.
    static let acceptedSlotsMax: UInt64 = 65_536
    /// Bytes of accepted values above the decided prefix that an acceptor keeps in memory.
    static let acceptedBytesMax = 64 << 20
    /// Slots of which a leader remembers the size, to know how far a follower is behind.
    static let followerSlotsMax = 65_536
    /// Candidates that are behind by less than this many slots rank as equals.
    static let rankSlackSlots: UInt64 = 1_024
    /// The least distance in time between candidates of neighbouring ranks.
    static let rankStepMilliseconds: UInt64 = 10
    /// Election time-outs after which a leader whose disk does not answer hands over. The others are a quorum
    /// without it, so there is no hurry: a busy disk is not a dead one.
    static let stalledTimeouts: UInt64 = 4
    /// Heartbeats of which the time of sending is remembered, to measure round trips.
    static let heartbeatsRemembered = 16
    /// Heartbeat intervals after which an unanswered Accept is sent again; doubled each time ...
    static let resendHeartbeatsMin: UInt64 = 2
    /// ... up to this many.
    static let resendHeartbeatsMax: UInt64 = 16
    /// Heartbeat intervals after which a catch-up request counts as lost.
    static let catchUpHeartbeats: UInt64 = 4
    /// Election time-outs before a snapshot is asked for again.
    static let snapshotTimeouts: UInt64 = 4
    /// Chunks of one promise: more than a full acceptor needs at one value per chunk.
    static let promiseChunksMax: UInt32 = 131_072
    /// Connected replicas that are no members, as far as is known here, and are sent heartbeats while no leader
    /// is heard.
    static let strangersGreeted = 8
    /// Decided marks of different ballots that wait for a box to ride in.
    static let decidedMarksMax = 16
}
