import Testing

/// Deaths while a process comes up. Random histories of crashes are the simulator's.
@Suite("Crashes")
struct CrashTests {
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
}
