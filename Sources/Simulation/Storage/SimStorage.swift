internal import Basics
internal import WriteAheadLog

/// What the disk of one machine holds: the segments as the operating system shows them, and what they
/// would be without the power, because it was written and not flushed. A process may be killed and find
/// everything again; without power each unflushed 512-byte sector is as written, or as it was before.
/// After a flush that failed, what was not durable may still be shown, and no later flush makes it so.
package final class SimStorage {
    private struct File {
        var bytes: [UInt8]
        /// What unflushed writes have overwritten, oldest first.
        var unflushed: [Overwritten] = []
        /// Sectors that a failed flush left behind: shown as they were written, taken for clean, and on the disk
        /// as this says. By their offset.
        var stranded: [Int: [UInt8]] = [:]
        /// Where the newest flushed write begins and ends.
        var newest: Range<Int> = 0..<0
    }

    private struct Overwritten {
        let offset: Int
        let before: [UInt8]
    }

    /// Fewer segments than a disk keeps, so that runs see the end of them.
    private static let (reserveSegments, retiredSegments) = (2, 2)

    private var files: [UInt64: File] = [:]
    /// Those whose removal is not durable.
    private var removed: [UInt64: File] = [:]
    /// Something was done to it that no log can be expected to read: refusing it is right.
    package internal(set) var isDamaged = false
    /// What damage has replaced, oldest first.
    var originals: [Original] = []
    /// What the files of segments that were others before held then.
    private var formers: [UInt64: FormerContents] = [:]
    /// Those of which that is not noted durably.
    private var looselyNoted: Set<UInt64> = []
    /// Files of segments that were removed.
    private var retired: [[UInt8]] = []
    /// No segment can be made.
    package var isFull = false
    /// How many segments there is room for when no other can be made.
    private var reserved = 0

    package init() {}

    /// A copy, as it would be found now.
    package func copy() -> SimStorage {
        let copy = SimStorage()
        copy.files = files
        copy.isDamaged = isDamaged
        copy.originals = originals
        copy.reserved = reserved
        copy.formers = formers
        copy.retired = retired
        return copy
    }

    package var numbers: [UInt64] { files.keys.sorted() }

    package func byteCount(_ segment: UInt64) -> Int { files[segment]?.bytes.count ?? 0 }

    package func contents(_ segment: UInt64) -> [UInt8] { files[segment]?.bytes ?? [] }

    /// Puts bytes in place of a segment, durably; nil removes it.
    package func replace(_ segment: UInt64, with bytes: [UInt8]?) {
        files[segment] = bytes.map { File(bytes: $0) }
    }

    func read(
        _ segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        guard let file = files[segment] else { throw DiskError("no segment \(segment)") }
        let count = max(0, min(buffer.count, file.bytes.count - offset))
        guard count > 0 else { return 0 }
        file.bytes.withUnsafeBytes { bytes in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
        }
        return count
    }

    /// Makes the reserve whole; false if there is no room.
    func fillReserve() -> Bool {
        if !isFull { reserved = Self.reserveSegments }
        return !isFull
    }

    /// Takes the room for one segment out of the reserve; false if there is none.
    func useReserve() -> Bool {
        if reserved == 0 { return false }
        reserved -= 1
        return true
    }

    func former(_ segment: UInt64) -> [UInt8]? { formers[segment]?.encode(for: segment) }

    /// Of a removed segment's file, if there is one of the size, or of zeros.
    func make(
        _ segment: UInt64, byteCount: Int, isNoteDurable: Bool = true
    ) -> FormerContents {
        formers[segment] = nil
        looselyNoted.remove(segment)
        if isFull { retired = [] }
        guard let old = retired.firstIndex(where: { $0.count == byteCount }) else {
            files[segment] = File(bytes: [UInt8](repeating: 0, count: byteCount))
            return .zeros
        }
        let bytes = retired.remove(at: old)
        let former = bytes.withUnsafeBytes { FormerContents(of: $0) }
        files[segment] = File(bytes: bytes)
        formers[segment] = former
        if !isNoteDurable { looselyNoted.insert(segment) }
        return former
    }

    /// Unless it is durable it may be undone by a loss of power.
    func remove(_ segment: UInt64, isDurable: Bool) {
        if !isDurable { removed[segment] = files[segment] }
        if retired.count < Self.retiredSegments { retired += onDisk(segment) }
        files[segment] = nil
        formers[segment] = nil
    }

    /// What a file holds on the disk, whatever the operating system shows after a flush that failed.
    private func onDisk(_ segment: UInt64) -> [[UInt8]] {
        guard var file = files[segment] else { return [] }
        for (offset, bytes) in file.stranded.sorted(by: { $0.key < $1.key }) {
            file.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        return [file.bytes]
    }

    /// Writes without flushing.
    func write(_ segment: UInt64, at offset: Int, _ bytes: some Collection<UInt8>) {
        let end = offset + bytes.count
        precondition(
            end <= byteCount(segment),
            "a segment is prepared before it is written, and never grows")
        // A slice that lives on would make the next line copy the whole file.
        guard var before = files[segment].map({ Array($0.bytes[offset..<end]) }) else { return }
        for start in stride(from: offset, to: end, by: Limits.sectorBytes) {
            guard let onDisk = files[segment]?.stranded.removeValue(forKey: start) else { continue }
            before.replaceSubrange(start - offset..<start - offset + onDisk.count, with: onDisk)
        }
        files[segment]?.unflushed.append(Overwritten(offset: offset, before: before))
        files[segment]?.bytes.replaceSubrange(offset..<end, with: bytes)
    }

    /// What was written to the segment is durable.
    func flush(_ segment: UInt64) {
        guard let write = files[segment]?.unflushed.last else { return }
        files[segment]?.newest = write.offset..<write.offset + write.before.count
        files[segment]?.unflushed = []
    }

    /// Where the newest flushed write of a segment lies.
    func newestWrite(_ segment: UInt64) -> Range<Int> { files[segment]?.newest ?? 0..<0 }

    /// Changes bytes where they lie, without a write.
    func overwrite(_ segment: UInt64, at offset: Int, _ bytes: [UInt8]) {
        files[segment]?.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    /// A flush that failed: what was not durable is on the disk or it is not, sector by sector, and either way
    /// it counts as flushed. Linux goes on showing what was written.
    func failFlush(_ segment: UInt64, _ dice: inout Dice) {
        if dice.happens(perMille: 500) { return settle(segment, &dice) }
        var onDisk: [Int: [UInt8]] = [:]
        for write in (files[segment]?.unflushed ?? []).reversed() {
            for start in stride(from: 0, to: write.before.count, by: Limits.sectorBytes) {
                let end = min(start + Limits.sectorBytes, write.before.count)
                onDisk[write.offset + start] = Array(write.before[start..<end])
            }
        }
        let loss: UInt64 = dice.one(of: [1000, 500])
        for (offset, bytes) in onDisk.sorted(by: { $0.key < $1.key })
        where dice.happens(perMille: loss) { files[segment]?.stranded[offset] = bytes }
        files[segment]?.unflushed = []
    }

    /// The power is gone, and with it what was not flushed, or some of it.
    func losePower(_ dice: inout Dice) {
        for segment in removed.keys.sorted() where dice.happens(perMille: 500) {
            files[segment] = removed[segment]
        }
        removed = [:]
        for segment in looselyNoted.sorted() where dice.happens(perMille: 500) {
            formers[segment] = nil
        }
        looselyNoted = []
        for segment in numbers {
            settle(segment, &dice)
            let stranded = files[segment]?.stranded.sorted { $0.key < $1.key } ?? []
            for (offset, bytes) in stranded {
                files[segment]?.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            }
            files[segment]?.stranded = [:]
        }
    }

    private func settle(_ segment: UInt64, _ dice: inout Dice) {
        guard let file = files[segment], !file.unflushed.isEmpty else { return }
        // All are lost, all are kept, or each has its own fate.
        let survival: UInt64 = dice.one(of: [0, 1000, 500, 500, 900])
        for write in file.unflushed.reversed() {
            restore(write, of: segment) { !dice.happens(perMille: survival) }
        }
        files[segment]?.unflushed = []
    }

    private func restore(_ write: Overwritten, of segment: UInt64, where isLost: () -> Bool) {
        for start in stride(from: 0, to: write.before.count, by: Limits.sectorBytes)
        where isLost() {
            let end = min(start + Limits.sectorBytes, write.before.count)
            files[segment]?.bytes.replaceSubrange(
                write.offset + start..<write.offset + end, with: write.before[start..<end])
        }
    }
}
