internal import Basics
internal import Glibc
internal import SynodClient

/// Takes a place with a lease of its own, and holds it: the frame of `synod lock` and `synod elect`.
final class ContestRun {
    typealias Entrance = @Sendable (_ lease: Int64) async -> Result<HeldKey, ClientError>

    private struct Progress: Sendable {
        var key: HeldKey?
        var failure: ClientError?
        var isLost = false
    }

    private let client: Client
    private var signals: SignalInbox
    private let progress = Monitor(Progress())
    private var tasks: [Task<Void, Never>] = []

    /// - Parameter signals: made before the client's thread was.
    init(_ client: Client, signals: SignalInbox) {
        self.client = client
        self.signals = signals
    }

    /// Waits for the place and stays in it until a signal comes, the lease is lost, or `hold` says that it is done.
    ///
    /// - Parameter hold: what is done in the place: called again and again, first when it is there, then with each
    ///   signal, and with nil about every 50 ms. It gives the status to end with, or nil to go on.
    func run(
        seconds: Int64, enter: @escaping Entrance,
        hold: (_ key: HeldKey, _ end: inout Ending?) -> Int32?
    ) -> Int32 {
        let grantedAt = Clock.milliseconds()
        let client = client
        let granted = Blocking.run { () -> Result<LeaseResult, ClientError> in
            do throws(ClientError) {
                return .success(try await client.grantLease(seconds: seconds))
            } catch { return .failure(error) }
        }
        switch granted {
        case .failure(let error): return Self.report(error)
        case .success(let lease):
            begin(lease, grantedAt, enter)
            let status = supervise(hold)
            end(lease)
            return status
        }
    }

    /// Why a place is to be left.
    enum Ending { case signal(Int32), lost }

    private func begin(_ lease: LeaseResult, _ grantedAt: UInt64, _ enter: @escaping Entrance) {
        let progress = progress
        let keeper = LeaseKeeper(client: client, lease: lease)
        tasks = [
            Task.detached {
                await keeper.run(grantedAt: grantedAt)
                progress.update { $0.isLost = true }
            },
            Task.detached { await ContestRun.enter(lease.id, enter, progress) },
        ]
    }

    /// Another node takes a caller over whose node has failed; with the same lease it keeps its place.
    private static func enter(
        _ lease: Int64, _ enter: Entrance, _ progress: Monitor<Progress>
    ) async {
        while !Task.isCancelled {
            switch await enter(lease) {
            case .success(let key): return progress.update { $0.key = key }
            case .failure(let error):
                let mayPass = !error.isDefinite || error.code == .unavailable
                guard mayPass else { return progress.update { $0.failure = error } }
                try? await Task.sleep(for: .milliseconds(pauseAfterFailure))
            }
        }
    }

    private func supervise(
        _ hold: (_ key: HeldKey, _ end: inout Ending?) -> Int32?
    ) -> Int32 {
        var ending: Ending?
        while true {
            let now = progress.withLock { $0 }
            if let failure = now.failure { return Self.report(failure) }
            if now.isLost, ending == nil {
                Console.complain("the lease has ended: the place may be somebody else's")
                ending = .lost
            }
            if let key = now.key {
                if let status = hold(key, &ending) { return status }
            } else if ending != nil {
                return ExitCode.failed.rawValue
            }
            if let signal = signals.next(withinMilliseconds: Self.pollMilliseconds) {
                ending = .signal(signal)
            }
        }
    }

    /// The key goes with the lease.
    private func end(_ lease: LeaseResult) {
        for task in tasks { task.cancel() }
        let client = client
        let isRevoked = Blocking.run { (try? await client.revokeLease(lease.id)) != nil }
        let isLost = progress.withLock { $0.isLost }
        guard !isRevoked, !isLost else { return }
        Console.complain("the lease could not be ended; it ends by itself in \(lease.seconds) s")
    }

    private static func report(_ error: ClientError) -> Int32 {
        Console.complain(error.description)
        let isAbsent = error.code == .unavailable || error.code == .deadlineExceeded
        return (isAbsent ? ExitCode.unavailable : ExitCode.failed).rawValue
    }

    private static let pollMilliseconds = 50
    private static let pauseAfterFailure: UInt64 = 200
}
