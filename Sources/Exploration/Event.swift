/// One step of a small world.
enum Event: Equatable, Sendable {
    /// A message reaches its receiver; it may come again.
    case deliver(message: Int)
    /// The oldest box of a replica becomes durable, and its messages leave.
    case flush(node: Int)
    /// A replica stands: somebody has told it to take over.
    case stand(node: Int)
    /// A client hands a leader a bundle.
    case propose(node: Int)
    /// So much time passes at a replica that every time-out of its core ends.
    case timeOut(node: Int)
    /// A process dies with what was not durable, and is born again.
    case crash(node: Int)

    /// A number for this event at one replica, for tables; `proposals` were made before.
    func code(proposals: Int) -> UInt64 {
        switch self {
        case .deliver(let message): UInt64(message) << 3
        case .flush: 1
        case .stand: 2
        case .propose: UInt64(proposals) << 3 | 3
        case .timeOut: 4
        case .crash: 5
        }
    }
}
