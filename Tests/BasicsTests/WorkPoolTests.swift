import Basics
import Testing

@Suite("A pool of threads")
struct WorkPoolTests {
    @Test("performs every job once, and those submitted before it stops")
    func everyJob() {
        let done = Monitor<[Int: Int]>([:])
        let pool = WorkPool<Int>("test", threadCount: 3, jobsMax: 1000) { job in
            done.update { $0[job, default: 0] += 1 }
        }
        for job in 0..<500 { pool.submit(job) }
        pool.stop()
        #expect(done.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<500).map { ($0, 1) }))
    }

    @Test("performs as many jobs at a time as it has threads, so that none waits for another one")
    func atOnce() {
        let arrived = Monitor(0)
        let pool = WorkPool<Int>("test", threadCount: 3, jobsMax: 10) { _ in
            arrived.update { $0 += 1 }
            arrived.wait { $0 >= 3 ? () : nil }
        }
        for job in 0..<3 { pool.submit(job) }
        arrived.wait { $0 == 3 ? () : nil }
        pool.stop()
    }
}
