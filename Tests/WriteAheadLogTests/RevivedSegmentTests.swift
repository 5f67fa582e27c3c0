import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// Segments whose files were segments before: what is left of the former life is neither read nor taken for rot.
struct RevivedSegmentTests {
    /// A log that goes on in a revived segment, in which there is a little.
    private func sample(
        isBlank: Bool = false
    ) throws -> (world: LogWorld, segment: UInt64, slots: UInt64) {
        let world = LogWorld()
        try world.openStarted()
        world.append([
            .configuration(slot: .zero, membership: sampleMembership), .promised(ballot(3)),
        ])
        var slot: UInt64 = 0
        func fill(_ count: Int, _ bytes: Int) {
            for _ in 0..<count {
                slot += 1
                let payload = [UInt8](repeating: isBlank ? 0 : UInt8(slot % 250 + 1), count: bytes)
                world.append([accepted(slot, 3, payload), decided(3, slot)])
                world.settle()
            }
        }
        while try world.disk.former(of: lastStarted(world)) == nil {
            fill(1, 5000)
            let truncatable = try #require(world.log).truncatable(upTo: Slot(slot))
            if truncatable > .zero { world.append([.truncated(upTo: truncatable)]) }
            world.settle()
        }
        fill(2, 1500)
        return (world, try lastStarted(world), slot)
    }

    /// The number of the segment that is written to.
    private func lastStarted(_ world: LogWorld) throws -> UInt64 {
        let numbers = try world.disk.segments().map(\.number)
        let started = numbers.filter { number in
            world.disk.contents(number).prefix(512).withUnsafeBytes {
                guard case .header(let header) = SegmentHeader.read($0) else { return false }
                return header.number == number
            }
        }
        return try #require(started.last)
    }

    /// Where the log ends: where the next write goes.
    private func end(_ world: LogWorld, _ slot: UInt64) throws -> (offset: Int, bytes: [UInt8]) {
        world.append([accepted(slot, 3, [UInt8](repeating: 9, count: 2400))])
        guard case .write(_, let offset, let bytes)? = world.disk.pending.first?.operation else {
            throw Missing()
        }
        world.disk.crash()
        return (offset, bytes)
    }

    private struct Missing: Error {}

    private func newest(_ world: LogWorld, _ floor: UInt64) throws -> UInt64 {
        let state = try world.recover(floor: Slot(floor)).state
        let slots = world.delivered.map(\.slot.rawValue) + state.accepted.map(\.slot.rawValue)
        return slots.max() ?? floor
    }

    @Test func theLogEndsInFrontOfTheFormerLife() throws {
        let (world, segment, slots) = try sample()
        #expect(try #require(world.log).marks[.segmentRevived] > 0)
        let (offset, _) = try end(world, slots + 1)
        let behind = world.disk.contents(segment)[offset..<offset + 512]
        #expect(behind.contains { $0 != 0 }, "the former life is still there")
        #expect(try newest(world, slots - 2) == slots)
        try world.openStarted(floor: Slot(slots - 2))
        #expect(try #require(world.log).marks[.endInFormerContents] == 1)
        world.append([accepted(slots + 1, 3)])
        world.settle()
        #expect(try newest(world, slots - 2) == slots + 1)
    }

    /// A batch over what was there before, cut after each of its sectors, and with each one sector missing.
    @Test func everyCutPoint() throws {
        let (_, bytes) = try {
            let (world, _, slots) = try sample()
            return try end(world, slots + 1)
        }()
        let sectors = bytes.count / 512
        #expect(sectors > 4)
        for missing in 0..<2 * sectors {
            let (world, _, slots) = try sample()
            world.append([accepted(slots + 1, 3, [UInt8](repeating: 9, count: 2400))])
            world.disk.crash { missing < sectors ? $0 < missing : $0 != missing - sectors }
            #expect(try newest(world, slots - 2) == slots, "a batch counts whole or not at all")
            try world.openStarted(floor: Slot(slots - 2))
            world.append([accepted(slots + 1, 3)])
            world.seal()
            #expect(try newest(world, slots - 2) == slots + 1)
        }
    }

    /// Rot in the newest batches is not taken for the former life, and rot in that is never taken for a batch.
    @Test func rotInTheNewestBatchesAndBehindThem() throws {
        let (world, segment, slots) = try sample()
        let (next, _) = try end(world, slots + 1)
        let before = world.disk.contents(segment)
        for offset in stride(from: next - 2048, to: next, by: 3) {
            world.disk.rot(segment, at: offset, mask: UInt8(1) << UInt8(offset % 8))
            #expect(throws: RecoveryError.self, "byte \(offset)") {
                try world.recover(floor: Slot(slots - 2))
            }
            world.disk.replace(segment, with: before)
        }
        for offset in stride(from: next, to: next + 2048, by: 3) {
            world.disk.rot(segment, at: offset, mask: UInt8(1) << UInt8(offset % 8))
            let isRefused = (try? newest(world, slots - 2)).map { $0 != slots } ?? true
            #expect(isRefused == (offset < next + 512), "byte \(offset)")
            world.disk.replace(segment, with: before)
        }
    }

    /// Both lives wrote zeros at the same place: a sector that is missing is told from one that has rotted.
    @Test func zerosInBothLives() throws {
        let (world, segment, slots) = try sample(isBlank: true)
        let before = world.disk.contents(segment)
        world.append([accepted(slots + 1, 3, [UInt8](repeating: 0, count: 2400))])
        guard case .write(_, let offset, let bytes)? = world.disk.pending.first?.operation else {
            throw Missing()
        }
        world.settle()
        let after = world.disk.contents(segment)
        let sectors = stride(from: offset, to: offset + bytes.count, by: 512)
        let changed = sectors.filter { before[$0..<$0 + 512] != after[$0..<$0 + 512] }
        #expect(changed.count < sectors.underestimatedCount && changed.first == offset)
        #expect(try newest(world, slots - 2) == slots + 1)
        // Zeros turn into something else, in a batch that came whole.
        for sector in sectors {
            world.disk.rot(segment, at: sector + 400, mask: 2)
            #expect(throws: RecoveryError.self) { try world.recover(floor: Slot(slots - 2)) }
            world.disk.replace(segment, with: after)
        }
        for sector in changed {
            var torn = after
            torn.replaceSubrange(sector..<sector + 512, with: before[sector..<sector + 512])
            world.disk.replace(segment, with: torn)
            #expect(try newest(world, slots - 2) == slots)
        }
    }

    /// Without it, what stands behind the log's end looks damaged: the log is refused, and never shorter.
    @Test func whatWasThereBeforeIsNotKnownAnyMore() throws {
        for damage in 0..<3 {
            let (world, segment, slots) = try sample()
            _ = try end(world, slots + 1)
            let noted = try #require(try world.disk.former(of: segment))
            var rotten = noted
            rotten[noted.count / 2] ^= 1
            let ofAnother = FormerContents(noted, for: segment)?.encode(for: segment + 1)
            let replacements = [nil, rotten, ofAnother]
            world.disk.replaceFormer(segment, with: replacements[damage])
            #expect(throws: RecoveryError.self) { try world.recover(floor: Slot(slots - 2)) }
        }
    }

    /// Where the log may end it is needed: then it counts as lost, if the device has failed. Anything else may be
    /// better at the next start.
    @Test func aNoteThatCannotBeReadAtTheEnd() throws {
        let (world, segment, slots) = try sample()
        _ = try end(world, slots + 1)
        world.disk.unreadableFormers[segment] = DiskError("input/output error", isOfDevice: true)
        do {
            _ = try world.recover(floor: Slot(slots - 2))
            Issue.record("the log ends nobody knows where")
        } catch let error as RecoveryError {
            #expect(error.isAmnesia)
            #expect(error.description.contains("cannot be read"))
        }
        let passing = DiskError("too many open files")
        world.disk.unreadableFormers[segment] = passing
        #expect(throws: RecoveryError.disk(passing)) {
            try world.recover(floor: Slot(slots - 2))
        }
        world.disk.unreadableFormers = [:]
        #expect(try newest(world, slots - 2) == slots)
    }

    /// Where a segment ends is said by the next one's header.
    @Test func aNoteOfAFullSegmentThatCannotBeRead() throws {
        var (world, segment, slots) = try sample()
        while try lastStarted(world) == segment {
            slots += 1
            world.append([
                accepted(slots, 3, [UInt8](repeating: 7, count: 5000)), decided(3, slots),
            ])
            world.settle()
        }
        world.disk.crash()
        world.disk.unreadableFormers[segment] = DiskError("input/output error", isOfDevice: true)
        #expect(try newest(world, slots - 2) == slots)
        #expect(try world.recover(floor: Slot(slots - 2)).warnings == ["input/output error"])
        try world.openStarted(floor: Slot(slots - 2))
    }

    /// It begins with an older segment's header, so nothing was written to it: it is made anew.
    @Test func aNoteOfAnUnusedSegmentThatCannotBeRead() throws {
        var (world, segment, slots) = try sample()
        let spare = segment + 1
        _ = try #require(try world.disk.former(of: spare))
        world.disk.crash()
        world.disk.unreadableFormers[spare] = DiskError("input/output error", isOfDevice: true)
        try world.openStarted(floor: Slot(slots - 2))
        #expect(world.recovered?.warnings == ["input/output error"])
        // Preparing it has removed the note.
        world.disk.unreadableFormers = [:]
        for _ in 0..<20 {
            slots += 1
            world.append([
                accepted(slots, 3, [UInt8](repeating: 7, count: 5000)), decided(3, slots),
            ])
            world.settle()
        }
        #expect(try lastStarted(world) > segment)
        #expect(try newest(world, slots - 2) == slots)
    }

    /// A log that loses its beginning and lives on in what it lost, and what must be found again.
    private final class Story {
        let world: LogWorld
        var random: SeededRandom
        var payloads: [[UInt8]] = []
        /// How many slots each box of this life reaches up to.
        var reach: [UInt64: Int] = [:]
        var acknowledged = 0
        /// What the store has.
        var floor = 0
        var marks: [LogMark: Int] = [:]

        static let marks = [
            LogMark.segmentRevived, .segmentRemoved, .endInFormerContents, .tornEndCut,
        ]

        init(seed: UInt64) {
            world = LogWorld(seed: seed)
            random = SeededRandom(seed: seed ^ 0xbead)
        }

        func appendBox() {
            let isZero = Bool.random(using: &random)
            let count = Int.random(in: 0..<9000, using: &random)
            payloads.append(
                (0..<count).map { _ in isZero ? 0 : UInt8.random(in: 0...255, using: &random) })
            let slot = UInt64(payloads.count)
            reach[world.nextBox] = payloads.count
            world.append([accepted(slot, 1, payloads[payloads.count - 1]), decided(1, slot)])
        }

        func truncate() {
            floor = max(floor, acknowledged)
            let upTo = world.log?.truncatable(upTo: Slot(UInt64(floor))) ?? .zero
            if upTo > .zero { world.append([.truncated(upTo: upTo)]) }
        }

        func note() { acknowledged = max(acknowledged, reach[world.durableBox] ?? 0) }

        func crash() throws {
            // Those of the recovery before are among them.
            for mark in Self.marks { marks[mark, default: 0] += Int(world.log?.marks[mark] ?? 0) }
            world.disk.crashTorn()
            try world.open(floor: Slot(UInt64(floor)))
            let recovered = try #require(world.recovered)
            let found =
                world.delivered.map { ($0.slot.rawValue, $0.value) }
                + recovered.state.accepted.map { ($0.slot.rawValue, $0.value) }
            #expect(found.map(\.0) == (0..<UInt64(found.count)).map { $0 + UInt64(floor) + 1 })
            let held = floor + found.count
            #expect(held >= acknowledged, "acknowledged records are lost")
            #expect(held <= payloads.count, "records nobody appended")
            for (slot, value) in found { #expect(value == batch(payloads[Int(slot) - 1])) }
            payloads.removeLast(max(0, payloads.count - held))
            acknowledged = held
            reach = [:]
        }
    }

    /// 60 seeds of twelve lives each.
    @Test func livesAndCrashes() throws {
        var marks: [LogMark: Int] = [:]
        for seed in 0..<60 as Range<UInt64> {
            let story = Story(seed: seed)
            try story.world.open()
            for _ in 0..<12 {
                for _ in 0..<Int.random(in: 10..<90, using: &story.random) {
                    switch Int.random(in: 0..<12, using: &story.random) {
                    case 0...3: story.appendBox()
                    case 4: story.world.seal()
                    case 5: story.truncate()
                    default: _ = story.world.step()
                    }
                    story.note()
                }
                try story.crash()
            }
            marks.merge(story.marks, uniquingKeysWith: +)
        }
        for mark in Story.marks {
            #expect(marks[mark, default: 0] > 20, "\(mark): \(marks[mark, default: 0])")
        }
    }
}
