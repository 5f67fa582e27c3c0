internal import EtcdMessages
internal import Replication
internal import Watching

/// Waits for something to happen to a key, or to keys below a prefix, once.
final class ChangeWait {
    private let stream: WatchStream
    private let calls: StoreCalls
    private var action: (() -> Void)?

    /// - Parameter then: called in a turn of its own, when it has happened or cannot be waited for.
    init(_ request: WatchCreateRequest, _ calls: StoreCalls, then: @escaping () -> Void) {
        self.calls = calls
        action = then
        stream = calls.replica.watches.makeStream()
        stream.onOutput = { [weak self] in self?.take() }
        stream.create(request)
    }

    /// Nobody wants to know any more.
    func end() {
        guard action != nil else { return }
        action = nil
        stream.end()
    }

    private func take() {
        while let output = stream.next() {
            if case .answer(let response) = output, !response.canceled { continue }
            guard let then = action else { return }
            end()
            return calls.afterThisTurn(then)
        }
    }
}
