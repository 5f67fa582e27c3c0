internal import EtcdMessages
internal import Replication
internal import Watching

/// Waits for something to happen to a key, or to keys below a prefix, once.
final class ChangeWait {
    private let stream: WatchStream
    private let calls: StoreCalls
    private var action: ((CallFailure?) -> Void)?

    /// - Parameter then: called in a turn of its own, when it has happened or may have; or with the reason why it
    ///   cannot be waited for.
    init(
        _ request: WatchCreateRequest, _ calls: StoreCalls,
        then: @escaping (CallFailure?) -> Void
    ) {
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
            var refusal: CallFailure?
            if case .answer(let response) = output {
                if !response.canceled { continue }
                refusal = response.watchRefusal
            }
            guard let then = action else { return }
            end()
            return calls.afterThisTurn { [refusal] in then(refusal) }
        }
    }
}

extension WatchResponse {
    /// Why a watch that a service asks for was not taken; nil if it was, and has ended since: the history that it began
    /// with has gone, and whoever looks again sees what is there now.
    var watchRefusal: CallFailure? {
        created && canceled ? CallFailure(EtcdError.tooManyRequests) : nil
    }
}
