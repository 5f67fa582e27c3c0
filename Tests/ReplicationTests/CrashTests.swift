import Testing

/// The real replica and log under disks that forget what was not flushed (rows 1, 3, 4 and 15 of the
/// faults to be survived).
@Suite("Crashes")
struct CrashTests {
    @Test(
        "nothing acknowledged is lost by crashes at random points",
        arguments: 1...24 as ClosedRange<UInt64>)
    func crashes(seed: UInt64) {
        var options = Cluster.Options()
        options.lossPercent = seed % 4 == 0 ? 5 : 0
        options.duplicatePercent = seed % 3 == 0 ? 10 : 0
        let run = CrashRun(seed: seed, options: options, crashes: 45)
        #expect(run.findings == [], "seed \(seed)")
        #expect(run.cluster.crashCount >= 45)
        #expect(run.acknowledged >= 100)
        #expect(run.cluster.digestsCompared > 10)
    }
}
