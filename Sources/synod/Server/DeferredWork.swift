internal import EventLoops

/// Work that waits for the next turn of the loop, so that one long answer does not hold up others.
final class DeferredWork {
    private let loop: EventLoop
    private var waiting: [() -> Void] = []

    init(loop: EventLoop) {
        self.loop = loop
        loop.onTurnStart.append { [unowned self] in runAll() }
    }

    func run(_ work: @escaping () -> Void) {
        waiting.append(work)
        loop.wake()
    }

    private func runAll() {
        guard !waiting.isEmpty else { return }
        let due = waiting
        waiting.removeAll(keepingCapacity: true)
        for work in due { work() }
    }
}
