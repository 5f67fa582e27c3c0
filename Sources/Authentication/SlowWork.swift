internal import Basics

/// Work that takes too long for the loop, on a few threads of its own. The answers come back to the loop: `wake` is
/// called by a thread when there is one, and `drain` is to be called in the next turn.
///
/// Jobs wait on the loop until a thread is free: whether anybody still wants the answer is asked then, so that whoever
/// asks for much and goes away costs next to nothing.
final class SlowWork<Answer: Sendable> {
    /// Where a job waits. The lanes take turns: many jobs in one hold nobody up in another one.
    struct Lane {
        /// Jobs that may wait; one more is not taken.
        let jobsMax: Int
    }

    private struct Job {
        let isWanted: () -> Bool
        let work: @Sendable () -> Answer
        let then: (Answer) -> Void
    }

    private struct Order: Sendable {
        let thread: Int
        let work: @Sendable () -> Answer
    }

    private struct Finished: Sendable {
        let thread: Int
        let answer: Answer
    }

    private let threadsMax: Int
    private let lanes: [Lane]
    private let wake: @Sendable () -> Void
    private let finished = Monitor<[Finished]>([])
    /// By lane.
    private var waiting: [RingBuffer<Job>]
    private var nextLane = 0
    /// By thread: who gets the answer.
    private var running: [Int: (Answer) -> Void] = [:]
    private var idle: [Int] = []
    /// Made when they are needed: most nodes never need them.
    private var threads: [WorkThread<Order>] = []
    /// Jobs that nobody wanted any more when their turn came.
    private(set) var droppedCount = 0

    init(threadsMax: Int, lanes: [Lane], wake: @escaping @Sendable () -> Void) {
        (self.threadsMax, self.lanes, self.wake) = (threadsMax, lanes, wake)
        waiting = lanes.map { _ in RingBuffer() }
    }

    deinit { threads.forEach { $0.stop() } }

    /// - Parameters:
    ///   - isWanted: asked on the loop, before the work begins; if not, nothing is called any more.
    ///   - then: called on the loop.
    /// - Returns: false if too much waits already.
    func run(
        lane: Int, isWanted: @escaping () -> Bool, _ work: @escaping @Sendable () -> Answer,
        then: @escaping (Answer) -> Void
    ) -> Bool {
        if waiting[lane].count >= lanes[lane].jobsMax { dropUnwanted(lane) }
        guard waiting[lane].count < lanes[lane].jobsMax else { return false }
        if threads.isEmpty { makeThreads() }
        waiting[lane].append(Job(isWanted: isWanted, work: work, then: then))
        dispatch()
        return true
    }

    /// Jobs that wait for a thread.
    func waitingCount(lane: Int) -> Int { waiting[lane].count }

    /// Hands over the answers that have come.
    ///
    /// - Returns: whether there were any.
    func drain() -> Bool {
        if running.isEmpty { return false }
        let answers = finished.withLock { finished in
            defer { finished = [] }
            return finished
        }
        let receivers = answers.map { running.removeValue(forKey: $0.thread) }
        idle += answers.map(\.thread)
        dispatch()
        for (answer, then) in zip(answers, receivers) { then?(answer.answer) }
        return !answers.isEmpty
    }

    private func dispatch() {
        while let thread = idle.last, let job = nextJob() {
            idle.removeLast()
            running[thread] = job.then
            threads[thread].submit(Order(thread: thread, work: job.work))
        }
    }

    /// The next job that is wanted.
    private func nextJob() -> Job? {
        for _ in lanes {
            let lane = nextLane
            nextLane = (nextLane + 1) % lanes.count
            while let job = waiting[lane].popFirst() {
                if job.isWanted() { return job }
                droppedCount += 1
            }
        }
        return nil
    }

    private func dropUnwanted(_ lane: Int) {
        for _ in 0..<waiting[lane].count {
            guard let job = waiting[lane].popFirst() else { return }
            if job.isWanted() { waiting[lane].append(job) } else { droppedCount += 1 }
        }
    }

    private func makeThreads() {
        threads = (0..<threadsMax).map { _ in makeThread() }
        idle = Array(threads.indices)
    }

    private func makeThread() -> WorkThread<Order> {
        WorkThread("passwords", jobsMax: 1, givesWay: true) { [finished, wake] task in
            let answer = task.work()
            finished.withLock { $0.append(Finished(thread: task.thread, answer: answer)) }
            wake()
        }
    }
}
