/// Counts pings that come too early, as grpc-go does: after two of them in a row the third is too many.
struct PingCounter {
    private static let strikesMax = 2
    /// How often a client without open calls may ping.
    private static let idleMilliseconds: UInt64 = 7_200_000
    private var lastAt: UInt64 = 0
    private var strikes = 0

    /// Takes a ping that came at `now` (ns). `hasAnswered`: something was sent to the client since the last one,
    /// which it may measure. True: too many.
    mutating func isTooMany(
        at now: UInt64, minTimeMilliseconds: UInt64, hasStreams: Bool, hasAnswered: Bool
    ) -> Bool {
        defer { lastAt = now }
        guard !hasAnswered else {
            strikes = 0
            return false
        }
        let milliseconds = hasStreams ? minTimeMilliseconds : Self.idleMilliseconds
        if lastAt != 0, now < lastAt + milliseconds * 1_000_000 { strikes += 1 }
        return strikes > Self.strikesMax
    }
}
