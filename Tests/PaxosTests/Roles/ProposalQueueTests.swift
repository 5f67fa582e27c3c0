import Testing

@testable import Paxos

/// Bundles that wait for a slot.
struct ProposalQueueTests {
    private func bundle(_ number: UInt8, _ count: Int = 10) -> [UInt8] {
        [UInt8](repeating: number, count: count)
    }

    @Test func batchesTakeWhatFitsInOrder() {
        var queue = ProposalQueue(bytesMax: 100)
        for number: UInt8 in 1...4 { #expect(queue.append(bundle(number)) == .taken) }
        #expect(queue.byteCount == 40)
        #expect(queue.popBatch(bytesMax: 25) == bundle(1) + bundle(2))
        #expect(queue.popBatch(bytesMax: 5) == bundle(3), "one is taken, however large")
        #expect(queue.byteCount == 10)
        #expect(queue.popBatch(bytesMax: 100) == bundle(4))
        #expect(queue.popBatch(bytesMax: 100) == nil)
        #expect(queue.byteCount == 0)
    }

    @Test("what stays in memory after it is decided takes no more of it than its bytes")
    func batchesHaveNoSlack() throws {
        var queue = ProposalQueue(bytesMax: 100_000)
        for number: UInt8 in 1...3 {
            var roomy = bundle(number, 5_000)
            roomy.reserveCapacity(20_000)
            #expect(queue.append(roomy) == .taken)
        }
        let first = queue.popBatch(bytesMax: 6_000)
        let alone = try #require(first)
        #expect(alone == bundle(1, 5_000))
        #expect(alone.capacity < 6_000)
        let rest = queue.popBatch(bytesMax: 50_000)
        let joined = try #require(rest)
        #expect(joined == bundle(2, 5_000) + bundle(3, 5_000))
        #expect(joined.capacity < 12_000)
    }

    @Test func aFullQueueTakesNothingMore() {
        var queue = ProposalQueue(bytesMax: 20)
        #expect(queue.append(bundle(1, 50)) == .taken, "an empty one takes one of any size")
        #expect(queue.append(bundle(2)) == .full)
        #expect(queue.count == 1)
    }

    @Test func aBundleWaitsOnceAndMayComeAgainLater() {
        var queue = ProposalQueue(bytesMax: 100)
        #expect(queue.append(bundle(1)) == .taken)
        #expect(queue.append(bundle(2)) == .taken)
        #expect(queue.append(bundle(1)) == .waitsAlready)
        #expect(queue.append(bundle(1, 11)) == .taken, "another length, another bundle")
        #expect(queue.count == 3)
        #expect(queue.popBatch(bytesMax: 10) == bundle(1))
        #expect(queue.append(bundle(1)) == .taken)
        queue.removeAll()
        #expect(queue.append(bundle(2)) == .taken)
        #expect(queue.byteCount == 10)
    }
}
