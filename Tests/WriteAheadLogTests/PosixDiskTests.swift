import Basics
import Foundation
import Paxos
import Synchronization
import Testing
import WriteAheadLog

/// The log on the real disk.
struct PosixDiskTests {
    /// A data directory with an identity, and a log on it.
    private final class Node {
        let directory: DataDirectory
        let disk: PosixDisk
        let log: WriteAheadLog
        let recovered: RecoveredLog
        var durableBox: UInt64 = 0

        init(
            _ path: String, segmentBytes: Int = 1 << 20,
            onFailure: @escaping @Sendable (String) -> Void = { Issue.record("\($0)") },
            deliver: @escaping (DecidedValue) -> Void = { _ in }
        ) throws {
            directory = try DataDirectory(path, expecting: nil)
            if directory.identity == nil { try directory.setIdentity(sampleIdentity) }
            disk = try PosixDisk(directory: directory.logPath, wake: {}, onFailure: onFailure)
            (log, recovered) = try WriteAheadLog.open(
                directory, disk: disk, nonce: 1,
                options: LogOptions(segmentBytes: segmentBytes), deliver: deliver)
            log.onDurable = { [unowned self] in durableBox = $0 }
        }

        func start() {
            log.start()
            wait { self.log.isStarted }
        }

        func wait(until condition: () -> Bool) {
            while !condition() {
                disk.waitForCompletion()
                log.drainCompletions(nowMilliseconds: 1)
            }
        }

        func append(_ records: [DurableRecord], box: UInt64) {
            log.append(records, boxNumber: box)
            log.flush(nowMilliseconds: 1)
        }

        func close() {
            var isClosed = false
            log.close { isClosed = true }
            wait { isClosed }
            disk.close()
            directory.close()
        }
    }

    @Test func aLogLivesOn() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var expected: [UInt64] = []
        for start in 1...4 as ClosedRange<UInt64> {
            let node = try Node(path)
            #expect(node.recovered.state.accepted.map(\.slot.rawValue) == expected)
            #expect(node.recovered.isEmpty == (start == 1))
            node.start()
            #expect(node.directory.identity?.hasLog == true)
            #expect(node.log.boot == BootNumber(start))
            for box in 1...300 as ClosedRange<UInt64> {
                let slot = (start - 1) * 300 + box
                node.append([accepted(slot, 1, [UInt8](repeating: 7, count: 5000))], box: box)
                expected.append(slot)
            }
            node.wait { node.durableBox == 300 }
            node.close()
        }
    }

    @Test func decidedValuesAreReadBack() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let node = try Node(path)
        node.start()
        for slot in 1...500 as ClosedRange<UInt64> {
            node.append(
                [accepted(slot, 1, [UInt8](repeating: UInt8(slot % 251), count: 6000))], box: slot)
        }
        node.wait { node.durableBox == 500 }
        var values: [Value] = []
        while values.count < 500 {
            let count = values.count
            node.log.readDecided(
                fromSlot: Slot(UInt64(count + 1)), upTo: Slot(500), bytesMax: 200_000
            ) { result in
                values += (try? result.get()) ?? []
            }
            node.wait { values.count > count }
            #expect(values.count - count <= 34)
        }
        #expect(
            values.indices.allSatisfy {
                values[$0] == batch([UInt8](repeating: UInt8(($0 + 1) % 251), count: 6000))
            })
        node.close()
    }

    @Test func aFailedWriteIsReported() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Node(path)
        first.start()
        first.append([accepted(1)], box: 1)
        first.wait { first.durableBox == 1 }
        first.close()
        // The second start continues in the prepared segment: let every write to it fail.
        let failures = Mutex<[String]>([])
        let failed = DispatchSemaphore(value: 0)
        let second = try Node(
            path,
            onFailure: { message in
                failures.withLock { $0.append(message) }
                failed.signal()
            })
        let spare = path + "/log/0000000000000002.log"
        try FileManager.default.removeItem(atPath: spare)
        try FileManager.default.createSymbolicLink(atPath: spare, withDestinationPath: "/dev/full")
        second.log.start()
        #expect(failed.wait(timeout: .now() + 10) == .success)
        second.append([accepted(2)], box: 1)
        second.disk.close()
        second.log.drainCompletions(nowMilliseconds: 2)
        #expect(!second.log.isStarted)
        #expect(second.durableBox == 0)
        let messages = failures.withLock { $0 }
        #expect(messages.count == 1)
        #expect(messages.first?.contains("No space left on device") == true)
    }

    @Test func theProcessEndsWithItsReason() async {
        await #expect(processExitsWith: .exitCode(74)) {
            let path = try temporaryDirectory()
            let disk = try PosixDisk(directory: path, wake: {})
            // No such segment.
            disk.submit(.write(segment: 9, offset: 0, bytes: [1]), ticket: 1)
            disk.waitForCompletion()
        }
    }

    @Test func whatACrashLeftOfAPreparationGoes() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let unfinished = path + "/0000000000000003.preparing"
        _ = FileManager.default.createFile(atPath: unfinished, contents: Foundation.Data([1]))
        let disk = try PosixDisk(directory: path, wake: {})
        #expect(!FileManager.default.fileExists(atPath: unfinished))
        #expect(try disk.segments().isEmpty)
        disk.close()
    }

    /// Waits until the disk, which has nothing else to do, has done it.
    private func perform(_ operation: DiskOperation, on disk: PosixDisk) throws -> DiskOutcome {
        disk.submit(operation, ticket: 1)
        disk.waitForCompletion()
        return try #require(disk.takeCompletions().first).outcome
    }

    /// The reserve takes its room before it is written, and becomes a segment of zeros.
    @Test func theReserveHasItsRoom() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        // Without a log, which would prepare segments of its own meanwhile.
        let disk = try PosixDisk(directory: path, wake: {})
        func prepare(_ segment: UInt64, mayUseReserve: Bool) throws -> DiskOutcome {
            try perform(
                .prepare(segment: segment, byteCount: 1 << 20, mayUseReserve: mayUseReserve),
                on: disk)
        }
        let plenty = try prepare(1, mayUseReserve: false)
        if case .prepared = plenty {} else { Issue.record("\(plenty)") }
        for place in 0..<Limits.keptSegments(ofBytes: 1 << 20) {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(path)/\(place).reserve")
            #expect(attributes[.size] as? Int == 1 << 20)
        }
        // The reserve is whole but for one file, and nothing can take that one's place.
        let first = "\(path)/0.reserve"
        try FileManager.default.removeItem(atPath: first)
        try FileManager.default.createDirectory(
            atPath: first, withIntermediateDirectories: false)
        let refused = try prepare(9, mayUseReserve: false)
        if case .notPrepared = refused {} else { Issue.record("\(refused)") }
        let taken = try prepare(9, mayUseReserve: true)
        if case .preparedFromReserve = taken {
        } else {
            Issue.record("\(taken)")
        }
        let made = try #require(
            FileManager.default.contents(atPath: "\(path)/0000000000000009.log"))
        #expect(made.count == 1 << 20)
        #expect(made.allSatisfy { $0 == 0 })
        #expect(!FileManager.default.fileExists(atPath: "\(path)/1.reserve"))
        disk.close()
    }

    /// Of large segments fewer are kept, and what is left of another size gives its room back.
    @Test func theReserveFollowsTheSizeOfSegments() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let disk = try PosixDisk(directory: path, wake: {})
        defer { disk.close() }
        #expect(Limits.keptSegments(ofBytes: 1 << 20) == 8)
        #expect(Limits.keptSegments(ofBytes: 16 << 20) == 8)
        #expect(Limits.keptSegments(ofBytes: 32 << 20) == 4)
        #expect(Limits.keptSegments(ofBytes: 1 << 30) == 2)
        for segmentBytes in [64 << 20, 1 << 20, 32 << 20, 64 << 20] {
            let outcome = try perform(.reserve(byteCount: segmentBytes), on: disk)
            if case .reserved = outcome {} else { Issue.record("\(outcome)") }
            let sizes = try FileManager.default.contentsOfDirectory(atPath: path).map {
                try FileManager.default.attributesOfItem(atPath: "\(path)/\($0)")[.size] as? Int
            }
            let count = Limits.keptSegments(ofBytes: segmentBytes)
            #expect(sizes == Array(repeating: segmentBytes, count: count))
        }
    }

    /// A directory that began with larger files goes on with smaller ones, and back: nothing is lost, and the bytes are
    /// counted as they are.
    @Test func theSizeOfSegmentsMayChange() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var slot: UInt64 = 0
        for segmentBytes in [4 << 20, 1 << 20, 256 << 10, 4 << 20] {
            let node = try Node(path, segmentBytes: segmentBytes)
            #expect(node.recovered.state.accepted.last?.slot ?? .zero == Slot(slot))
            #expect(node.recovered.state.accepted.count == (slot == 0 ? 0 : 10))
            node.start()
            let last = slot + 1_000
            for next in slot + 1...last {
                node.append([accepted(next, 1, [UInt8](repeating: 7, count: 5000))], box: next)
            }
            node.append([decided(1, last - 10)], box: last + 1)
            node.wait { node.durableBox == last + 1 }
            slot = last
            let files = try node.disk.segments()
            let spare = files.last.map(\.byteCount) ?? 0
            let total = UInt64(files.reduce(0) { $0 + $1.byteCount })
            #expect([total, total - UInt64(spare)].contains(node.log.byteCount))
            node.close()
        }
        let last = try Node(path)
        #expect(last.recovered.state.accepted.last?.slot == Slot(slot))
        last.start()
        last.close()
    }

    /// The reserve has nothing of its size, and stays; what is retired goes only for want of room.
    @Test func aLargerSegmentIsMadeOfZeros() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let node = try Node(path)
        node.start()
        let large = [UInt8](repeating: 9, count: 3 << 20)
        node.append([accepted(1), accepted(2, 1, large)], box: 1)
        node.append([accepted(3)], box: 2)
        node.wait { node.durableBox == 2 }
        let sizes = try node.disk.segments().map(\.byteCount)
        #expect(sizes.contains { $0 > 4 << 20 } && sizes.contains(1 << 20), "\(sizes)")
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/log")
        let reserve = names.filter { $0.hasSuffix(".reserve") }
        #expect(reserve.count == Limits.keptSegments(ofBytes: 1 << 20))
        node.close()
        let later = try Node(path)
        #expect(
            later.recovered.state.accepted.map(\.value) == [
                batch([1, 2, 3]), batch(large), batch([1, 2, 3]),
            ])
        later.start()
        later.close()
    }

    /// A removed segment's file becomes the next segment as it is, with a note of what is in it; one of another size
    /// goes, and what nobody needs gives its room back when there is none.
    @Test func aRemovedSegmentIsUsedAgain() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let disk = try PosixDisk(directory: path, wake: {})
        defer { disk.close() }
        func prepare(_ segment: UInt64, _ byteCount: Int) throws -> FormerContents? {
            let outcome = try perform(
                .prepare(segment: segment, byteCount: byteCount, mayUseReserve: false), on: disk)
            guard case .prepared(let former) = outcome else { return nil }
            return former
        }
        func names(_ suffix: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: path).filter {
                $0.hasSuffix(suffix)
            }.sorted()
        }
        let most = UInt64(Limits.keptSegments(ofBytes: 1 << 20))
        for segment in 1...most + 2 {
            #expect(try prepare(segment, 1 << 20) == .zeros)
            let bytes = [UInt8](repeating: UInt8(segment), count: 8192)
            _ = try perform(.write(segment: segment, offset: 4096, bytes: bytes), on: disk)
        }
        for segment in 1...most + 1 {
            _ = try perform(.remove(segment: segment), on: disk)
        }
        #expect(try names(".retired").count == Int(most), "the last one was one too many")
        #expect(try disk.segments().map(\.number) == [most + 2])
        let next = most + 3
        let former = try #require(try prepare(next, 1 << 20))
        #expect(former != .zeros)
        #expect(FormerContents(try #require(try disk.former(of: next)), for: next) == former)
        #expect(try disk.former(of: most + 2) == nil)
        let revived = try #require(
            FileManager.default.contents(atPath: path + String(format: "/%016x.log", Int(next))))
        #expect(revived.count == 1 << 20 && revived[4096] == 1)
        let larger = try perform(
            .prepareLarger(segment: next, byteCount: 3 << 20), on: disk)
        if case .prepared(.zeros) = larger {} else { Issue.record("\(larger)") }
        #expect(try names(".former").isEmpty, "it took the place of the one that was used again")
        #expect(try disk.segments().map(\.byteCount) == [1 << 20, 3 << 20])
        _ = try perform(.remove(segment: next), on: disk)
        #expect(try names(".former").isEmpty)
        #expect(try prepare(next + 1, 1 << 19) == .zeros, "of another size")
        #expect(try names(".retired").isEmpty)
    }

    /// A segment that is made anew, because its first write was torn, leaves no gap behind it, whenever the process
    /// ends: those behind it, which cannot have been used, go first.
    @Test func aSegmentThatIsMadeAnewLeavesNoGap() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let disk = try PosixDisk(directory: path, wake: {})
        defer { disk.close() }
        func numbers(afterPreparing segment: UInt64) throws -> [UInt64] {
            _ = try perform(
                .prepare(segment: segment, byteCount: 1 << 20, mayUseReserve: false), on: disk)
            return try disk.segments().map(\.number)
        }
        for segment in 1...4 as ClosedRange<UInt64> { _ = try numbers(afterPreparing: segment) }
        #expect(try numbers(afterPreparing: 2) == [1, 2])
    }

    /// What is kept for later takes no room that the reserve needs.
    @Test func theReserveGoesBeforeWhatIsKept() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let disk = try PosixDisk(directory: path, wake: {})
        defer { disk.close() }
        _ = try perform(.prepare(segment: 1, byteCount: 1 << 20, mayUseReserve: false), on: disk)
        _ = try perform(.remove(segment: 1), on: disk)
        #expect(FileManager.default.fileExists(atPath: path + "/0.retired"))
        // The reserve cannot be made whole: nothing can take the place of a directory.
        try FileManager.default.removeItem(atPath: path + "/0.reserve")
        try FileManager.default.createDirectory(
            atPath: path + "/0.reserve", withIntermediateDirectories: false)
        guard case .notReserved = try perform(.reserve(byteCount: 1 << 20), on: disk) else {
            Issue.record("there is no room")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: path + "/0.retired"))
    }

    @Test func aNoteWithoutItsSegmentGoes() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let stray = path + "/0000000000000003.former"
        _ = FileManager.default.createFile(atPath: stray, contents: Foundation.Data([1]))
        let disk = try PosixDisk(directory: path, wake: {})
        #expect(!FileManager.default.fileExists(atPath: stray))
        disk.close()
    }

    /// How fast a restart is. Printed, not asserted: machines differ.
    @Test func recoveryRate() throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let node = try Node(path)
        node.start()
        let slots: UInt64 = 100_000
        var box: UInt64 = 0
        for first in stride(from: 1, through: slots, by: 64) {
            let group = (first..<min(first + 64, slots + 1)).map {
                accepted($0, 1, [UInt8](repeating: 3, count: 100))
            }
            box += 1
            node.append(group + [decided(1, first - 1)], box: box)
        }
        node.append([decided(1, slots)], box: box + 1)
        node.wait { node.durableBox == box + 1 }
        node.close()
        var count: UInt64 = 0
        let clock = ContinuousClock()
        let taken = try clock.measure {
            let again = try Node(
                path,
                deliver: { value in
                    count += 1
                    precondition(value.slot.rawValue == count, "slots in order")
                })
            again.disk.close()
            again.directory.close()
        }
        #expect(count == slots)
        print("recovery of \(slots) one-command slots took \(taken)")
    }
}

let sampleIdentity = Identity(
    replica: ReplicaID(7), memberName: "n1", clusterTokenHash: 5, incarnation: Incarnation(9),
    salt: 0x5a17)

func temporaryDirectory() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/synod-log-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}
