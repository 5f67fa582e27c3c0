import Testing

/// The real replica and log under disks that forget what was not flushed (rows 1, 3, 4 and 15 of the
/// faults to be survived).
@Suite("Crashes")
struct CrashTests {
    @Test(
        "nothing acknowledged is lost by crashes at random points",
        arguments: 1...24 as ClosedRange<UInt64>)
    func crashes(seed: UInt64) {
        let run = CrashRun(seed: seed, options: .varied(seed), crashes: 45)
        #expect(run.findings == [], "seed \(seed)")
        #expect(run.cluster.crashCount >= 45)
        #expect(run.acknowledged >= 50)
        #expect(run.cluster.digestsCompared > 2)
    }

    @Test("a cluster of five loses nothing either", arguments: 1...2 as ClosedRange<UInt64>)
    func five(seed: UInt64) {
        var options = Cluster.Options.varied(seed)
        options.nodeCount = 5
        let run = CrashRun(seed: seed, options: options, crashes: 60)
        #expect(run.findings == [], "seed \(seed)")
        #expect(run.acknowledged >= 50)
    }

    @Test("a cluster of one loses nothing either", arguments: 1...4 as ClosedRange<UInt64>)
    func alone(seed: UInt64) {
        var options = Cluster.Options()
        options.nodeCount = 1
        let run = CrashRun(seed: seed, options: options, crashes: 40)
        #expect(run.findings == [], "seed \(seed)")
        #expect(run.acknowledged >= 50)
    }

    @Test(
        "a node that dies again and again while it comes up ends in the same state",
        arguments: 1...4 as ClosedRange<UInt64>)
    func crashLoop(seed: UInt64) {
        let cluster = Cluster(seed: seed).formed()
        for number in 0..<40 { cluster.mustPut("k\(number)", at: cluster.nodes[0]) }
        let node = cluster.nodes[Int(seed % 3)]
        node.crash()
        for _ in 0..<30 {
            node.start()
            cluster.timeline.after(cluster.random(in: 0...4000)) { node.crash() }
            cluster.timeline.run(milliseconds: 6)
        }
        node.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(cluster.violations == [])
    }

    @Test("one seed, one history")
    func deterministic() {
        let first = CrashRun(seed: 5, options: .varied(5), crashes: 15)
        let second = CrashRun(seed: 5, options: .varied(5), crashes: 15)
        #expect(first.workload.operations.count > 50)
        #expect(first.workload.operations == second.workload.operations)
        #expect(first.cluster.timeline.nowMicroseconds == second.cluster.timeline.nowMicroseconds)
    }

    @Test("without the flush, the same histories show what is lost")
    func withoutFlush() {
        var options = Cluster.Options()
        options.disksFlush = false
        var lost = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let run = CrashRun(seed: seed, options: options, crashes: 45, expectsHalts: true)
            #expect(run.findings != [], "seed \(seed)")
            if run.findings.contains(where: { $0.hasPrefix("acknowledged-present") }) { lost += 1 }
        }
        #expect(lost > 0)
    }
}
