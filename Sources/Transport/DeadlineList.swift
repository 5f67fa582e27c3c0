internal import EventLoops

/// All deadlines of one loop, with one timer. Most calls end long before their deadline, and their
/// deadlines lie equally far ahead: entering and leaving is a link in a list, and the timer is set
/// only for a deadline earlier than the one it waits for.
final class DeadlineList {
    private let loop: EventLoop
    private unowned(unsafe) var first: DeadlineEntry?
    private var armedFor = UInt64.max
    private var timer: LoopTimer?

    init(loop: EventLoop) { self.loop = loop }

    deinit { timer?.cancel() }

    /// Adds an entry, which must leave before it goes away.
    func add(_ entry: DeadlineEntry) {
        precondition(!entry.isListed, "an entry is listed once")
        entry.isListed = true
        entry.previousDeadline = nil
        entry.nextDeadline = first
        first?.previousDeadline = entry
        first = entry
        if entry.deadline < armedFor { arm(entry.deadline) }
    }

    /// Takes an entry off; harmless if it is not listed.
    func remove(_ entry: DeadlineEntry) {
        guard entry.isListed else { return }
        entry.isListed = false
        if let previous = entry.previousDeadline {
            previous.nextDeadline = entry.nextDeadline
        } else {
            first = entry.nextDeadline
        }
        entry.nextDeadline?.previousDeadline = entry.previousDeadline
        entry.previousDeadline = nil
        entry.nextDeadline = nil
    }

    private func arm(_ deadline: UInt64) {
        armedFor = deadline
        let now = loop.now
        let wait = deadline > now ? (deadline - now) / 1_000_000 + 1 : 0
        if let timer {
            timer.start(afterMilliseconds: wait)
        } else {
            timer = loop.schedule(afterMilliseconds: wait) { [weak self] in self?.fire() }
        }
    }

    private func fire() {
        let now = loop.now
        var passed: [DeadlineEntry] = []
        var earliest = UInt64.max
        var current = first
        while let entry = current {
            current = entry.nextDeadline
            if entry.deadline <= now {
                passed.append(entry)
            } else {
                earliest = min(earliest, entry.deadline)
            }
        }
        armedFor = .max
        for entry in passed where entry.isListed {
            remove(entry)
            entry.deadlinePassed()
        }
        if earliest < armedFor { arm(earliest) }
    }
}
