import Simulation
import Testing

/// Deaths while a process comes up. Random histories of crashes are the simulator's.
@Suite("Crashes")
struct CrashTests {
    @Test(
        "a node that dies again and again while it comes up ends in the same state",
        arguments: 1...4 as ClosedRange<UInt64>)
    func crashLoop(seed: UInt64) {
        let cluster = World.formed(seed: seed)
        var dice = Dice(seed: seed, concern: "test")
        for number in 0..<40 { cluster.mustPut("k\(number)", at: cluster.machines[0]) }
        let node = cluster.machines[Int(seed % 3)]
        node.losePower()
        for _ in 0..<30 {
            node.start()
            cluster.timeline.after(dice.number(in: 0...4000)) { node.losePower() }
            cluster.timeline.run(milliseconds: 6)
        }
        node.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }
}
