internal import Basics
package import WriteAheadLog

/// A forgetful disk whose flush can be taken out: then it reports writes as done that are not durable,
/// and a crash forgets a random number of the newest ones. With the flush in place it adds nothing.
package final class LyingDisk: Disk {
    /// What really keeps the bytes.
    package let disk: ForgetfulDisk
    /// How often decided values were read back.
    package private(set) var scanCount = 0
    private let flushes: Bool
    private var unflushed: [Unflushed] = []
    private var random: SeededRandom

    /// A segment as it was before a write that was reported and not flushed.
    private struct Unflushed {
        let segment: UInt64
        let before: [UInt8]
    }

    /// Writes that are not flushed at most; the operating system has written older ones by itself.
    private static let unflushedMax = 48

    package init(seed: UInt64, flushes: Bool) {
        disk = ForgetfulDisk(seed: seed)
        random = SeededRandom(seed: seed &+ 1)
        self.flushes = flushes
    }

    // MARK: Disk

    package func segments() throws(DiskError) -> [SegmentFile] { try disk.segments() }

    package func rewrite(
        segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DiskError) {
        try disk.rewrite(segment: segment, at: offset, bytes)
    }

    package func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        try disk.read(segment: segment, at: offset, into: buffer)
    }

    package func submit(_ operation: DiskOperation, ticket: UInt64) {
        if case .scan = operation { scanCount += 1 }
        disk.submit(operation, ticket: ticket)
    }

    package func takeCompletions() -> [DiskCompletion] { disk.takeCompletions() }

    package func hurryPreparation() { disk.hurryPreparation() }

    // MARK: Steps

    /// Performs one pending operation: writes in their order, everything else may overtake. False if
    /// there is none, or the disk has failed.
    @discardableResult
    package func completeAny() -> Bool {
        guard !disk.pending.isEmpty, !disk.hasFailed else { return false }
        var index = Int.random(in: disk.pending.indices, using: &random)
        if disk.pending[index].operation.isWrite {
            index = disk.pending.firstIndex { $0.operation.isWrite } ?? index
        }
        if !flushes, case .write(let segment, _, _) = disk.pending[index].operation {
            unflushed.append(Unflushed(segment: segment, before: disk.contents(segment)))
            if unflushed.count > Self.unflushedMax { unflushed.removeFirst() }
        }
        disk.complete(at: index)
        return true
    }

    /// The process is gone, and with it what was not flushed.
    package func crash() {
        if unflushed.isEmpty { return disk.crashTorn() }
        disk.crash()
        for _ in 0..<Int.random(in: 0...unflushed.count, using: &random) {
            let newest = unflushed.removeLast()
            disk.replace(newest.segment, with: newest.before)
        }
        unflushed = []
    }
}

extension DiskOperation {
    fileprivate var isWrite: Bool {
        if case .write = self { return true }
        return false
    }
}
