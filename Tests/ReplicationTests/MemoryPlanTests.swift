import Testing

@testable import Replication

@Suite struct MemoryPlanTests {
    private static let plan = MemoryPlan(
        generationBytes: 56 << 20, tableBytes: 112 << 20, replayBytes: 224 << 20,
        cacheBytes: 28 << 20)

    /// With keys of 64 bytes and values of 256.
    @Test func whatFindsStatesGrowsWithTheKeys() {
        let shares = [0, 1, 3, 5, 10, 20, 1_000].map { millions in
            Self.plan.sharing(
                withKeys: millions * 1_000_000, ofBytes: millions * 1_000_000 * 320)
        }
        #expect(shares.map { $0.cacheBytes >> 20 } == [28, 28, 28, 35, 56, 84, 84])
        #expect(shares.map { $0.tableBytes >> 20 } == [112, 112, 112, 104, 83, 56, 56])
    }

    /// Ten thousand values of a mebibyte need no more than ten thousand entries.
    @Test func largeValuesHaveOneEntryEach() {
        #expect(Self.plan.sharing(withKeys: 10_000, ofBytes: 10_000 << 20) == Self.plan)
    }

    @Test func aPlanWithoutACacheIsLeftAlone() {
        let plan = MemoryPlan(generationBytes: 64, tableBytes: 128, replayBytes: 1_000)
        #expect(plan.sharing(withKeys: 1 << 30, ofBytes: 1 << 40) == plan)
    }
}
