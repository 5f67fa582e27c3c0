internal import Basics

/// Work that takes too long for the loop, on a few threads of its own. The answers come back to the loop: `wake` is
/// called by a thread when there is one, and `drain` is to be called in the next turn.
final class SlowWork<Answer: Sendable> {
    private struct Job: Sendable {
        let number: UInt64
        let work: @Sendable () -> Answer
    }

    private struct Finished: Sendable {
        let number: UInt64
        let answer: Answer
    }

    private let jobsMax: Int
    private let threadsMax: Int
    private let wake: @Sendable () -> Void
    private let finished = Monitor<[Finished]>([])
    private var waiting: [UInt64: (Answer) -> Void] = [:]
    private var lastNumber: UInt64 = 0
    /// Made when they are needed: most nodes never need them.
    private var threads: [WorkThread<Job>] = []

    init(threadsMax: Int, jobsMax: Int, wake: @escaping @Sendable () -> Void) {
        (self.threadsMax, self.jobsMax, self.wake) = (threadsMax, jobsMax, wake)
    }

    deinit { threads.forEach { $0.stop() } }

    /// - Parameter then: called on the loop.
    /// - Returns: false if too much waits already.
    func run(_ work: @escaping @Sendable () -> Answer, then: @escaping (Answer) -> Void) -> Bool {
        guard waiting.count < jobsMax else { return false }
        if threads.isEmpty { threads = (0..<threadsMax).map { _ in makeThread() } }
        lastNumber += 1
        waiting[lastNumber] = then
        threads[Int(lastNumber % UInt64(threadsMax))].submit(Job(number: lastNumber, work: work))
        return true
    }

    /// Hands over the answers that have come.
    ///
    /// - Returns: whether there were any.
    func drain() -> Bool {
        if waiting.isEmpty { return false }
        let answers = finished.withLock { finished in
            defer { finished = [] }
            return finished
        }
        for answer in answers { waiting.removeValue(forKey: answer.number)?(answer.answer) }
        return !answers.isEmpty
    }

    private func makeThread() -> WorkThread<Job> {
        WorkThread(jobsMax: jobsMax, givesWay: true) { [finished, wake] job in
            let answer = job.work()
            finished.withLock { $0.append(Finished(number: job.number, answer: answer)) }
            wake()
        }
    }
}
