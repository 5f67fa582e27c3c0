internal import SynodClient

/// Renews a lease for as long as something is done under it.
struct LeaseKeeper: Sendable {
    let client: Client
    let lease: LeaseResult

    /// Returns when the lease is over, or may be because nobody could be asked in time. `grantedAt` is a time before
    /// the lease was granted.
    func run(grantedAt: UInt64) async {
        var lastsUntil = grantedAt + UInt64(lease.seconds) * 1_000
        var pause = Self.pause(seconds: lease.seconds)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(pause))
            // What the servers promise begins when they are asked, at the earliest.
            let now = Clock.milliseconds()
            guard now < lastsUntil else { return }
            do throws(ClientError) {
                let seconds = try await client.renewLease(
                    lease.id, timeoutMilliseconds: lastsUntil - now)
                guard let seconds else { return }
                lastsUntil = now + UInt64(seconds) * 1_000
                pause = Self.pause(seconds: seconds)
            } catch {
                pause = min(pause, Self.pauseAfterFailure)
            }
        }
    }

    /// A third of the time, so that two renewals may fail.
    static func pause(seconds: Int64) -> UInt64 { max(1, UInt64(max(0, seconds)) * 1_000 / 3) }

    private static let pauseAfterFailure: UInt64 = 100
}
