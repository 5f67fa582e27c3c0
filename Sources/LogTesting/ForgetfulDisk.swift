internal import Basics
package import WriteAheadLog

/// A disk in memory for tests: operations complete when the test says so, and a crash forgets what was
/// not flushed, or tears it: of an unflushed write some 512-byte sectors survive and some do not.
package final class ForgetfulDisk: Disk {
    /// Room for so many segments is kept; fewer than a real disk's, so that tests see the end of it.
    package static let reserveSegments = 2
    private static let retiredSegments = 2

    /// What has been submitted and not completed, oldest first.
    package private(set) var pending: [(operation: DiskOperation, ticket: UInt64)] = []
    /// What was written again at starts, oldest first.
    package private(set) var rewritten: [(segment: UInt64, range: Range<Int>)] = []
    /// While set, operations stay pending for ever: a disk that has failed.
    package var hasFailed = false
    /// While set, no segment can be made: a disk that is full.
    package var isFull = false
    /// How many segments there is room for on a disk that is full.
    package private(set) var reserved = 0
    private var files: [UInt64: [UInt8]] = [:]
    private var formers: [UInt64: [UInt8]] = [:]
    /// Why the notes of these segments cannot be read.
    package var unreadableFormers: [UInt64: DiskError] = [:]
    /// Files of segments that were removed, oldest first.
    package private(set) var retired: [[UInt8]] = []
    private var completions: [DiskCompletion] = []
    private var random: SeededRandom

    package init(seed: UInt64 = 1) { random = SeededRandom(seed: seed) }

    // MARK: Disk

    package func segments() throws(DiskError) -> [SegmentFile] {
        files.keys.sorted().map { SegmentFile(number: $0, byteCount: files[$0]?.count ?? 0) }
    }

    package func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        guard let file = files[segment] else { throw DiskError("no segment \(segment)") }
        let count = max(0, min(buffer.count, file.count - offset))
        file.withUnsafeBytes { bytes in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: bytes[min(offset, bytes.count)...].prefix(count)))
        }
        return count
    }

    package func former(of segment: UInt64) throws(DiskError) -> [UInt8]? {
        if let error = unreadableFormers[segment] { throw error }
        return formers[segment]
    }

    /// What a crash left is durable already.
    package func rewrite(
        segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DiskError) {
        if hasFailed { throw DiskError("segment \(segment) cannot be written") }
        rewritten.append((segment, offset..<offset + bytes.count))
        tear(segment, offset, Array(bytes)) { _ in true }
    }

    package func submit(_ operation: DiskOperation, ticket: UInt64) {
        pending.append((operation, ticket))
    }

    package func takeCompletions() -> [DiskCompletion] {
        defer { completions = [] }
        return completions
    }

    package func hurryPreparation() {}

    // MARK: Steps

    /// Performs the oldest pending operation. False if there is none, or the disk has failed.
    @discardableResult
    package func completeNext() -> Bool {
        guard !pending.isEmpty, !hasFailed else { return false }
        complete(at: 0)
        return true
    }

    /// Performs the pending operation at `index`: preparations, removals and reads may overtake writes.
    package func complete(at index: Int) {
        let (operation, ticket) = pending.remove(at: index)
        completions.append(DiskCompletion(ticket: ticket, outcome: perform(operation)))
    }

    /// The process is gone: pending operations and undelivered completions are forgotten. The oldest
    /// pending write leaves those of its sectors on disk for which `survives` says so, counted from 0.
    package func crash(surviving survives: (Int) -> Bool = { _ in false }) {
        for (operation, _) in pending {
            guard case .write(let segment, let offset, let bytes) = operation else { continue }
            tear(segment, offset, bytes, survives)
            break
        }
        pending = []
        completions = []
        hasFailed = false
    }

    /// A crash that keeps sectors at random, and performs some of the other pending operations: they are of one
    /// thread, so that none is done before an earlier one.
    package func crashTorn() {
        let style = Int.random(in: 0..<4, using: &random)
        for (operation, _) in pending where operation.isAtomic {
            guard flip() else { break }
            _ = perform(operation)
        }
        switch style {
        case 0: crash()
        case 1: crash { _ in true }
        default: crash { _ in self.flip() }
        }
    }

    // MARK: Damage

    /// The bytes of a segment as they would survive a crash now.
    package func contents(_ segment: UInt64) -> [UInt8] { files[segment] ?? [] }

    /// Puts bytes in place of a segment; nil removes it.
    package func replace(_ segment: UInt64, with bytes: [UInt8]?) { files[segment] = bytes }

    /// What is noted of the segment's file beside it; nil is nothing.
    package func replaceFormer(_ segment: UInt64, with bytes: [UInt8]?) { formers[segment] = bytes }

    /// Flips bits of one byte.
    package func rot(_ segment: UInt64, at offset: Int, mask: UInt8) {
        files[segment]?[offset] ^= mask
    }

    /// Makes a range zero.
    package func zero(_ segment: UInt64, _ range: Range<Int>) {
        for offset in range { files[segment]?[offset] = 0 }
    }

    private func flip() -> Bool { Bool.random(using: &random) }

    private func perform(_ operation: DiskOperation) -> DiskOutcome {
        switch operation {
        case .write(let segment, let offset, let bytes):
            tear(segment, offset, bytes) { _ in true }
            return .written(nanoseconds: 0)
        case .prepare(_, _, let mayUseReserve) where isFull && (!mayUseReserve || reserved == 0):
            return .notPrepared(DiskError("no space left"))
        case .prepareLarger where isFull: return .notPrepared(DiskError("no space left"))
        case .prepareLarger(let segment, let byteCount):
            return .prepared(make(segment, byteCount))
        case .prepare(let segment, let byteCount, _):
            reserved = isFull ? reserved - 1 : Self.reserveSegments
            let former = make(segment, byteCount)
            return isFull ? .preparedFromReserve(DiskError("no space left")) : .prepared(former)
        case .reserve:
            if isFull { return .notReserved(DiskError("no space left")) }
            reserved = Self.reserveSegments
            return .reserved
        case .remove(let segment):
            if let file = files.removeValue(forKey: segment),
                retired.count < Self.retiredSegments
            {
                retired.append(file)
            }
            formers[segment] = nil
            return .removed
        case .scan(let scan):
            return .scanned(Result { () throws(LogReadError) in try scan.run(reading: self) })
        }
    }

    private func make(_ segment: UInt64, _ byteCount: Int) -> FormerContents {
        if isFull { retired = [] }
        formers[segment] = nil
        guard let old = retired.firstIndex(where: { $0.count == byteCount }) else {
            files[segment] = [UInt8](repeating: 0, count: byteCount)
            return .zeros
        }
        let file = retired.remove(at: old)
        let former = file.withUnsafeBytes { FormerContents(of: $0) }
        files[segment] = file
        formers[segment] = former.encode(for: segment)
        return former
    }

    private func tear(
        _ segment: UInt64, _ offset: Int, _ bytes: [UInt8], _ survives: (Int) -> Bool
    ) {
        precondition(
            offset + bytes.count <= files[segment]?.count ?? 0,
            "a segment is prepared before it is written, and never grows")
        let sectorBytes = Limits.sectorBytes
        for start in stride(from: 0, to: bytes.count, by: sectorBytes)
        where survives(start / sectorBytes) {
            let end = min(start + sectorBytes, bytes.count)
            files[segment]?.replaceSubrange(offset + start..<offset + end, with: bytes[start..<end])
        }
    }
}

extension DiskOperation {
    /// Whether a crash leaves it done or undone.
    fileprivate var isAtomic: Bool {
        switch self {
        case .prepare, .prepareLarger, .remove, .reserve: true
        case .write, .scan: false
        }
    }
}
