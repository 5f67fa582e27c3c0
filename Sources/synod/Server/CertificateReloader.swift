internal import Basics
internal import EventLoops
internal import Observability
internal import TLS

/// Reads certificate files again, every second, on a thread of its own, and hands out what has changed: to
/// connections that come after. Those that are open stay as they are, as with etcd.
final class CertificateReloader {
    private struct Renewal: Sendable {
        let place: Int
        let result: Result<WatchedCertificate?, TLSError>
    }

    private struct Subject {
        let name: String
        var certificate: WatchedCertificate
        let use: (TLSContext) -> Void
        var isAsked = false
        /// The last failure that was told.
        var failure: TLSError?
    }

    private static let milliseconds: UInt64 = 1_000
    private let logger: Logger
    private var subjects: [Subject] = []
    private let done = Monitor<[Renewal]>([])
    private let thread: WorkThread<(Int, WatchedCertificate)>

    init(logger: Logger) {
        self.logger = logger
        let done = self.done
        thread = WorkThread("certificates", jobsMax: 8, givesWay: true) { place, certificate in
            let result = Result { () throws(TLSError) in try certificate.renewed() }
            done.update { $0.append(Renewal(place: place, result: result)) }
        }
    }

    /// Looks after `certificate`; `use` is called on the loop with each new one.
    func watch(
        _ name: String, _ certificate: WatchedCertificate?, use: @escaping (TLSContext) -> Void
    ) {
        guard let certificate else { return }
        subjects.append(Subject(name: name, certificate: certificate, use: use))
    }

    /// Begins.
    func start(_ loop: EventLoop) {
        guard !subjects.isEmpty else { return }
        loop.schedule(afterMilliseconds: Self.milliseconds, repeating: Self.milliseconds) {
            [self] in
            take()
            for place in subjects.indices where !subjects[place].isAsked {
                subjects[place].isAsked = true
                thread.submit((place, subjects[place].certificate))
            }
        }
    }

    private func take() {
        let renewals = done.withLock { done in
            defer { done = [] }
            return done
        }
        for renewal in renewals { take(renewal) }
    }

    private func take(_ renewal: Renewal) {
        let place = renewal.place
        subjects[place].isAsked = false
        switch renewal.result {
        case .success(let renewed):
            subjects[place].failure = nil
            guard let renewed else { return }
            subjects[place].certificate = renewed
            subjects[place].use(renewed.context)
            logger.info("certificates were read again", ["of": "\(subjects[place].name)"])
        case .failure(let error):
            guard subjects[place].failure != error else { return }
            subjects[place].failure = error
            logger.warning(
                "certificates cannot be read again; those in use stay",
                ["of": "\(subjects[place].name)", "why": "\(error)"])
        }
    }
}
