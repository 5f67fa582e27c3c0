internal import EventLoops
internal import Observability
internal import Transport

/// Tells of connections that a server has ended for a fault of the other side: the first one at once, then one
/// line a second at most, which says how many others there were.
final class FaultLog {
    private static let pauseMilliseconds: UInt64 = 1_000
    private let loop: EventLoop
    private let logger: Logger
    private let kind: String
    private var isResting = false
    private var untoldCount = 0

    /// - Parameter kind: whose connections, `client` or `peer`.
    init(_ kind: String, loop: EventLoop, logger: Logger) {
        self.kind = kind
        self.loop = loop
        self.logger = logger
    }

    func watch(_ server: Server) {
        server.onConnectionFault = { [self] in note($0, $1) }
    }

    private func note(_ address: String, _ reason: String) {
        guard !isResting else {
            untoldCount += 1
            return
        }
        logger.warning(
            "rejected connection on \(kind) endpoint",
            ["from": "\(address)", "why": "\(reason)", "others": .integer(UInt64(untoldCount))])
        untoldCount = 0
        isResting = true
        loop.schedule(afterMilliseconds: Self.pauseMilliseconds) { [self] in isResting = false }
    }
}
