internal import Replication
internal import Watching

extension Knobs {
    /// The knobs of a seed: mostly near what is usual, sometimes at an extreme.
    package static func drawn(seed: UInt64, nodeCount: Int? = nil) -> Knobs {
        var dice = Dice(seed: seed, concern: "knobs")
        var knobs = Knobs()
        let count = dice.one(of: [1, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 6, 7])
        knobs.nodeCount = nodeCount ?? count
        knobs.drawTimes(&dice)
        knobs.drawSizes(&dice)
        knobs.drawClients(&dice)
        // A stream of its own: other knobs of the seed stay what they were.
        var quota = Dice(seed: seed, concern: "quota")
        knobs.quotaBytes = quota.one(of: [0, 0, 0, 0, 0, 4_000, 30_000, 200_000])
        var leases = Dice(seed: seed, concern: "lease-knobs")
        knobs.hasLeases = leases.happens(perMille: 300)
        knobs.drawBase(seed)
        knobs.drawScrub(seed)
        var slices = Dice(seed: seed, concern: "slices")
        knobs.appliedKeysPerTurn = slices.one(of: [1, 1, 2, 3, 8, 1_000])
        knobs.turnMicroseconds = slices.one(of: [5...60, 5...60, 100...1_000])
        return knobs
    }

    /// Machines have bases, so that logs lose their beginning.
    package mutating func drawBases(seed: UInt64) {
        var dice = Dice(seed: seed, concern: "knobs of bases")
        hasBase = true
        logTailBytes = dice.one(of: [0, 0, 32 << 10, 256 << 10])
        logPinnedBytes = dice.one(of: [0, 512 << 10])
        segmentBytes = 64 << 10
        tailBytes = dice.one(of: [0, 1 << 10, 16 << 10])
        valueBytes = dice.one(of: [8...2_000, 500...4_000, 0...12_000])
    }

    /// Clients watch, and nodes keep little for those who read slowly. Mostly there are bases; often logs lose their
    /// beginning, so that snapshots are installed under watches.
    package mutating func drawWatches(seed: UInt64) {
        var dice = Dice(seed: seed, concern: "knobs of watches")
        if dice.happens(perMille: 500) { drawBases(seed: seed) }
        watcherCount = Int(dice.number(in: 2...6))
        watches.fragmentBytes = dice.one(of: [40, 200, 2_000, 2 << 20])
        watches.pendingBytesPerWatcher = dice.one(of: [1, 200, 4_000, 256 << 10])
        watches.pendingBytesPerStream = dice.one(of: [500, 20_000, 4 << 20])
        watches.catchUpChanges = dice.one(of: [1, 2, 10, 1_000])
        watches.progressMilliseconds = dice.one(of: [200, 2_000])
        compactionMicroseconds = dice.one(of: [100_000...500_000, 500_000...2_000_000])
        watches.pendingBytesInAll = dice.one(of: [1_000, 256 << 20])
    }

    /// Users count. Mostly there are bases, so that who may do what is taken over from one.
    package mutating func drawUsers(seed: UInt64) {
        var dice = Dice(seed: seed, concern: "knobs of rights")
        if dice.happens(perMille: 600) { drawBases(seed: seed) }
        hasUsers = true
        hasLeases = false
        watcherCount = 0
        quotaBytes = 0
    }

    /// A stream of its own, too.
    private mutating func drawBase(_ seed: UInt64) {
        var dice = Dice(seed: seed, concern: "base-knobs")
        hasBase = dice.happens(perMille: 600)
        memory = MemoryPlan(
            generationBytes: dice.one(of: [1 << 10, 4 << 10, 16 << 10, 64 << 10]),
            tableBytes: dice.one(of: [0, 0, 2 << 10, 8 << 10, 64 << 10, 1 << 20]),
            replayBytes: dice.one(of: [4 << 10, 64 << 10, 1 << 20]))
        var others = Dice(seed: seed, concern: "decided-knobs")
        memory.decidedBytes = others.one(of: [0, 1 << 10, 4 << 10, 1 << 20])
    }

    /// A stream of its own. Small pieces, so that a good deal happens between them.
    private mutating func drawScrub(_ seed: UInt64) {
        var dice = Dice(seed: seed, concern: "scrub-knobs")
        guard dice.happens(perMille: 500) else { return }
        scrub = ScrubPlan(
            intervalMilliseconds: dice.number(in: 1_000...10_000),
            bytesPerSecond: dice.one(of: [4 << 10, 64 << 10, 8 << 20]))
    }

    private mutating func drawTimes(_ dice: inout Dice) {
        network.delayMicroseconds = dice.one(of: [
            50...900, 50...900, 50...900, 100...200, 50...6_000, 200...20_000,
        ])
        diskMicroseconds = dice.one(of: [
            100...1_200, 100...1_200, 100...1_200, 20...60, 500...8_000, 50...30_000,
        ])
        // A heartbeat must be able to come and be answered within the time-out.
        let slowest = (network.delayMicroseconds.upperBound + diskMicroseconds.upperBound) / 1000
        let usual: UInt64 = dice.one(of: [100, 250, 250, 250])
        let factor: UInt64 = dice.one(of: [1, 1, 1, 1, 2, 4])
        electionTimeoutMilliseconds = max(usual, slowest * 6) * factor
        heartbeatMilliseconds = electionTimeoutMilliseconds / dice.one(of: [5, 5, 5, 4, 8])
        requestTimeoutMilliseconds = electionTimeoutMilliseconds * dice.one(of: [2, 5, 8, 12])
        tickMicroseconds = dice.one(of: [10_000, 10_000, 10_000, 5_000, 15_000])
        sealAfterMilliseconds = dice.one(of: [10, 10, 1, 40, 300])
        restartMicroseconds = dice.one(of: [
            1_000...300_000, 1_000...50_000, 100_000...3_000_000,
        ])
        startMicroseconds = dice.one(of: [100_000, 1_000, 2_000_000])
        hasEarlyFaults = dice.happens(perMille: 300)
    }

    private mutating func drawSizes(_ dice: inout Dice) {
        segmentBytes = dice.one(of: [64 << 10, 64 << 10, 64 << 10, 128 << 10, 256 << 10])
        windowBytes = dice.one(of: [8 << 20, 8 << 20, 4 << 10, 64 << 10])
        windowSlots = dice.one(of: [1024, 1024, 1, 2, 8, 64])
        batchBytes = dice.one(of: [1 << 20, 1 << 20, 1, 512, 4 << 10])
        chunkBytes = dice.one(of: [1 << 20, 1 << 20, 1, 512, 4 << 10])
        queueBytes = dice.one(of: [64 << 20, 64 << 20, 64 << 20, 2 << 10])
        tailBytes = dice.one(of: [32 << 20, 32 << 20, 0, 1 << 10, 16 << 10])
        followerBytes = dice.one(of: [16 << 20, 16 << 20, 1 << 10, 16 << 10])
        unflushedBytes = dice.one(of: [64 << 20, 64 << 20, 4 << 10])
    }

    private mutating func drawClients(_ dice: inout Dice) {
        clientCount = dice.one(of: [3, 5, 8, 12, 20, 40])
        operationsPerSecond = dice.one(of: [40, 50, 50, 60, 80])
        keyCount = dice.one(of: [2, 6, 12, 12, 30])
        valueBytes = dice.one(of: [8...64, 8...64, 8...2_000, 0...12_000])
        compactionMicroseconds = dice.one(of: [
            2_000_000...8_000_000, 500_000...1_500_000,
        ])
    }
}
