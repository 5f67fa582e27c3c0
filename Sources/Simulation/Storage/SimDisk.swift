internal import Basics
internal import Replication
package import WriteAheadLog

/// The disk as one process sees it: as the real one, a thread that writes and flushes, one that prepares
/// and removes segments, one that reads; each does one thing at a time and takes its time.
package final class SimDisk: Disk {
    /// What the disk asks of the process that uses it.
    struct Owner {
        /// Completions wait.
        let wake: () -> Void
        /// A write or a flush failed: the process must end.
        let fail: (String) -> Void
        /// A write is durable.
        let durable: (_ segment: UInt64, _ offset: Int, _ bytes: [UInt8]) -> Void
        /// Whether the process lives, and may do one more thing.
        let mayAct: () -> Bool
    }

    private struct Job {
        let operation: DiskOperation
        let ticket: UInt64
    }

    private enum Lane: Int, CaseIterable { case writer, preparer, reader }

    /// The job that a lane is at, and when the first half of it, the write before the flush, is done.
    private struct Running {
        let job: Job
        let halfDoneAt: UInt64
    }

    package let storage: SimStorage
    private let machine: SimMachine
    private let owner: Owner
    private var waiting: [RingBuffer<Job>]
    private var running: [Running?] = [nil, nil, nil]
    private var completions: [DiskCompletion] = []
    private var isDetached = false
    /// The log was told that there is no room, and has not got any since.
    private var hasRefused = false

    init(_ machine: SimMachine, owner: Owner) {
        self.machine = machine
        self.owner = owner
        storage = machine.storage
        waiting = Lane.allCases.map { _ in RingBuffer() }
    }

    // MARK: Disk

    package func segments() throws(DiskError) -> [SegmentFile] {
        try machine.checkReading()
        return storage.numbers.map {
            SegmentFile(number: $0, byteCount: storage.byteCount($0))
        }
    }

    package func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        try machine.checkReading()
        return try storage.read(segment, at: offset, into: buffer)
    }

    package func former(of segment: UInt64) throws(DiskError) -> [UInt8]? {
        try machine.checkReading()
        return storage.former(segment)
    }

    package func rewrite(
        segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DiskError) {
        storage.write(segment, at: offset, bytes)
        if machine.takeFlushError() {
            storage.failFlush(segment, &machine.world.diskDice)
            throw DiskError("segment \(segment) cannot be flushed: input/output error")
        }
        storage.flush(segment)
    }

    package func submit(_ operation: DiskOperation, ticket: UInt64) {
        guard !isDetached, owner.mayAct() else { return }
        let lane = Self.lane(of: operation)
        waiting[lane.rawValue].append(Job(operation: operation, ticket: ticket))
        work(lane)
    }

    package func takeCompletions() -> [DiskCompletion] {
        defer { completions.removeAll(keepingCapacity: true) }
        return completions
    }

    package func hurryPreparation() {}

    // MARK: The process ends

    /// The process is gone at this moment: what was under way is done, half done, or not done at all.
    func detach() {
        guard !isDetached else { return }
        isDetached = true
        for running in running.compactMap(\.self) { abandon(running) }
        completions = []
    }

    private func abandon(_ running: Running) {
        switch running.job.operation {
        case .write(let segment, let offset, let bytes):
            let isWritten = machine.world.timeline.nowMicroseconds >= running.halfDoneAt
            let sectors = UInt64(bytes.count / Limits.sectorBytes)
            let kept =
                isWritten
                ? bytes.count
                : Int(machine.world.diskDice.number(in: 0...sectors)) * Limits.sectorBytes
            if kept > 0 { storage.write(segment, at: offset, bytes[..<min(kept, bytes.count)]) }
        case .prepare, .prepareLarger, .remove, .reserve:
            if machine.world.diskDice.happens(perMille: 500) { _ = perform(running.job.operation) }
        case .scan:
            break
        }
    }

    // MARK: Work

    private static func lane(of operation: DiskOperation) -> Lane {
        switch operation {
        case .write: .writer
        case .prepare, .prepareLarger, .remove, .reserve: .preparer
        case .scan: .reader
        }
    }

    private func work(_ lane: Lane) {
        guard running[lane.rawValue] == nil, let job = waiting[lane.rawValue].popFirst() else {
            return
        }
        let now = machine.world.timeline.nowMicroseconds
        let (first, second) = machine.duration(of: job.operation)
        running[lane.rawValue] = Running(job: job, halfDoneAt: now + first)
        machine.world.timeline.after(first + second) { [self] in finish(lane) }
    }

    private func finish(_ lane: Lane) {
        guard !isDetached, let job = running[lane.rawValue]?.job else { return }
        // A disk that hangs finishes nothing until it goes on.
        let now = machine.world.timeline.nowMicroseconds
        if machine.diskStalledUntil > now {
            machine.world.timeline.after(machine.diskStalledUntil - now) { [self] in finish(lane) }
            return
        }
        running[lane.rawValue] = nil
        guard let outcome = perform(job.operation) else { return }
        completions.append(DiskCompletion(ticket: job.ticket, outcome: outcome))
        owner.wake()
        work(lane)
    }

    /// What came of it; nil if the process must end.
    private func perform(_ operation: DiskOperation) -> DiskOutcome? {
        switch operation {
        case .write(let segment, let offset, let bytes):
            return write(segment, offset, bytes)
        case .prepare(let segment, let byteCount, let mayUseReserve):
            return prepare(segment, byteCount, mayUseReserve)
        case .prepareLarger(let segment, let byteCount):
            return prepareLarger(segment, byteCount)
        case .reserve:
            hasRefused = !storage.fillReserve()
            return hasRefused ? .notReserved(DiskError("no space left")) : .reserved
        case .remove(let segment):
            machine.world.trace.note(.remove, node: machine.index, segment, 0, "\(segment)")
            storage.remove(
                segment, isDurable: machine.world.injectedBug?.log != .phantomLowSegment)
            return .removed
        case .scan(let scan):
            machine.world.trace.note(.scan, node: machine.index)
            return read(scan)
        }
    }

    private func read(_ scan: DecidedScan) -> DiskOutcome? {
        do throws(LogReadError) {
            return .scanned(.success(try scan.run(reading: self)))
        } catch {
            guard scan.isVital else { return .scanned(.failure(error)) }
            owner.fail("a decided slot cannot be read back: \(error)")
            return nil
        }
    }

    private func prepare(
        _ segment: UInt64, _ byteCount: Int, _ mayUseReserve: Bool
    ) -> DiskOutcome {
        let hasRoom = storage.fillReserve()
        if !hasRoom, mayUseReserve, !hasRefused {
            machine.world.note(.reserve, "\(machine.name) uses its reserve, and nobody was told")
        }
        hasRefused = !hasRoom
        guard hasRoom || (mayUseReserve && storage.useReserve()) else {
            machine.world.trace.note(.prepare, node: machine.index, 0, 0, "no space left")
            return .notPrepared(DiskError("no space left"))
        }
        machine.world.trace.note(.prepare, node: machine.index, segment, 1, "\(segment)")
        let former = storage.make(
            segment, byteCount: byteCount,
            isNoteDurable: machine.world.injectedBug?.log != .formerNoteNotDurable)
        return hasRoom ? .prepared(former) : .preparedFromReserve(DiskError("no space left"))
    }

    private func prepareLarger(_ segment: UInt64, _ byteCount: Int) -> DiskOutcome {
        hasRefused = storage.isFull
        guard !hasRefused else { return .notPrepared(DiskError("no space left")) }
        machine.world.trace.note(.prepare, node: machine.index, segment, 1, "\(segment)")
        return .prepared(storage.make(segment, byteCount: byteCount))
    }

    private func write(_ segment: UInt64, _ offset: Int, _ bytes: [UInt8]) -> DiskOutcome? {
        machine.world.trace.note(
            .write, node: machine.index, UInt64(offset), UInt64(bytes.count),
            "segment \(segment) offset \(offset) bytes \(bytes.count)")
        if machine.takeWriteError() {
            let sectors = UInt64(bytes.count / Limits.sectorBytes)
            let kept = Int(machine.world.diskDice.number(in: 0...sectors)) * Limits.sectorBytes
            storage.write(segment, at: offset, bytes[..<min(kept, bytes.count)])
            owner.fail("segment \(segment) cannot be written: input/output error")
            return nil
        }
        storage.write(segment, at: offset, bytes)
        if machine.takeFlushError() {
            storage.failFlush(segment, &machine.world.diskDice)
            // The seeded bug: the flush is asked for again, and succeeds, because nothing is left to be flushed.
            if machine.world.injectedBug?.log == .failedFlushRetried {
                return .written(nanoseconds: 0)
            }
            owner.fail("segment \(segment) cannot be flushed: input/output error")
            return nil
        }
        storage.flush(segment)
        owner.durable(segment, offset, bytes)
        return .written(nanoseconds: 0)
    }
}
