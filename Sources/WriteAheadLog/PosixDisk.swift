internal import Basics
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The real disk: a thread that writes and flushes, one that prepares and removes segments, and one that
/// reads. The owner is told by `wake` to call `takeCompletions` on its own thread.
package final class PosixDisk: Disk {
    private let shared: Shared
    private let flusher: WorkThread<Job>
    private let preparer: WorkThread<Job>
    private let reader: WorkThread<Job>

    private struct Job {
        let operation: DiskOperation
        let ticket: UInt64
    }

    /// A disk over the segments in `directory`.
    ///
    /// - Parameters:
    ///   - injectedBug: a rule that this disk breaks on purpose.
    ///   - wake: called on a disk thread when completions wait. It must only wake the owner.
    ///   - onFailure: called on a disk thread when a write, a flush or a removal failed;
    ///     nothing is performed afterwards. By default the process ends, with status 74.
    package init(
        directory: String, injectedBug: LogBug? = nil, wake: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (String) -> Void = { Posix.endProcess($0) }
    ) throws(DiskError) {
        shared = Shared(
            directory: directory, injectedBug: injectedBug, wake: wake, onFailure: onFailure)
        try Self.removeUnfinished(directory)
        // A crash may have come between a segment's last name and the directory's flush.
        try Posix.syncDirectory(directory)
        let shared = shared
        let writer = SegmentWriter(injectedBug: injectedBug)
        func thread(_ name: String, _ writer: SegmentWriter? = nil) -> WorkThread<Job> {
            WorkThread(name, jobsMax: Limits.queuedOperations) {
                shared.perform($0.operation, ticket: $0.ticket, writer: writer)
            }
        }
        flusher = thread("log writer", writer)
        preparer = thread("log preparation")
        reader = thread("log reader")
    }

    package func segments() throws(DiskError) -> [SegmentFile] {
        var files: [SegmentFile] = []
        for name in try Posix.names(in: shared.directory) {
            guard let number = SegmentName.number(name) else { continue }
            let byteCount = try Posix.byteCount(of: shared.directory + "/" + name)
            files.append(SegmentFile(number: number, byteCount: byteCount))
        }
        return files
    }

    package func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        try shared.files.read(segment: segment, at: offset, into: buffer)
    }

    package func former(of segment: UInt64) throws(DiskError) -> [UInt8]? {
        try RetiredSegments(directory: shared.directory).former(of: segment)
    }

    package func rewrite(
        segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DiskError) {
        let path = shared.files.path(of: segment)
        let descriptor = try Posix.open(path, O_WRONLY)
        defer { Posix.close(descriptor) }
        try Posix.writeAll(descriptor, bytes, at: offset, path: path)
        try Posix.syncData(descriptor, path: path)
    }

    package func submit(_ operation: DiskOperation, ticket: UInt64) {
        let job = Job(operation: operation, ticket: ticket)
        switch operation {
        case .write: flusher.submit(job)
        case .prepare, .prepareLarger:
            shared.isHurried.store(false, ordering: .relaxed)
            preparer.submit(job)
        case .remove, .reserve: preparer.submit(job)
        case .scan: reader.submit(job)
        }
    }

    package func takeCompletions() -> [DiskCompletion] {
        shared.completions.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }

    package func hurryPreparation() { shared.isHurried.store(true, ordering: .relaxed) }

    /// Blocks until a completion waits. Only at start, before there is a loop.
    package func waitForCompletion() {
        shared.completions.wait { $0.isEmpty ? nil : () }
    }

    /// Performs what was submitted and ends the threads. Nothing may be submitted afterwards.
    package func close() {
        shared.isHurried.store(true, ordering: .relaxed)
        for thread in [flusher, preparer, reader] { thread.stop() }
    }

    /// What a crash left of a preparation is of no use.
    private static func removeUnfinished(_ directory: String) throws(DiskError) {
        for name in try Posix.names(in: directory)
        where name.hasSuffix(SegmentPreparation.unfinishedSuffix) {
            try Posix.remove(directory + "/" + name)
        }
        try RetiredSegments(directory: directory).removeStrays()
    }

    /// What the threads share with each other and with the owner.
    private final class Shared: Sendable {
        let directory: String
        let files: PosixSegments
        let completions = Monitor<[DiskCompletion]>([])
        let isHurried = Atomic(false)
        private let hasFailed = Atomic(false)
        private let injectedBug: LogBug?
        private let wake: @Sendable () -> Void
        private let onFailure: @Sendable (String) -> Void

        init(
            directory: String, injectedBug: LogBug?, wake: @escaping @Sendable () -> Void,
            onFailure: @escaping @Sendable (String) -> Void
        ) {
            self.directory = directory
            self.injectedBug = injectedBug
            files = PosixSegments(directory: directory)
            self.wake = wake
            self.onFailure = onFailure
        }

        func perform(_ operation: DiskOperation, ticket: UInt64, writer: SegmentWriter?) {
            guard !hasFailed.load(ordering: .acquiring) else { return }
            do throws(DiskError) {
                let outcome = try outcome(of: operation, writer: writer)
                let isFirst = completions.update { waiting in
                    waiting.append(DiskCompletion(ticket: ticket, outcome: outcome))
                    return waiting.count == 1
                }
                if isFirst { wake() }
            } catch {
                hasFailed.store(true, ordering: .releasing)
                onFailure(error.description)
            }
        }

        /// Throws if the device has failed. That there is no room is no failure.
        private func prepare(
            _ segment: UInt64, _ byteCount: Int, _ mayUseReserve: Bool
        ) throws(DiskError) -> DiskOutcome {
            let reserve = SegmentReserve(directory: directory)
            do throws(DiskError) {
                try reserve.fill(byteCount: byteCount)
                return .prepared(try make(segment, byteCount))
            } catch  where !error.isOfDevice {
                // What is kept for later takes the room that is needed now.
                if RetiredSegments(directory: directory).removeAll() {
                    return try prepare(segment, byteCount, mayUseReserve)
                }
                guard mayUseReserve, let reserved = reserve.take(byteCount: byteCount) else {
                    return .notPrepared(error)
                }
                return try prepare(segment, byteCount, from: reserved, lacking: error)
            }
        }

        private func prepareLarger(
            _ segment: UInt64, _ byteCount: Int
        ) throws(DiskError) -> DiskOutcome {
            do throws(DiskError) {
                // It is tried again and again: the room of others is not written full each time.
                try prepare(segment, byteCount, from: nil, asksFirst: true)
                return .prepared(.zeros)
            } catch  where !error.isOfDevice {
                guard RetiredSegments(directory: directory).removeAll() else {
                    return .notPrepared(error)
                }
                return try prepareLarger(segment, byteCount)
            }
        }

        private func make(
            _ segment: UInt64, _ byteCount: Int
        ) throws(DiskError) -> FormerContents {
            let retired = RetiredSegments(directory: directory)
            let former = try retired.revive(as: segment, byteCount: byteCount) {
                self.isHurried.load(ordering: .relaxed)
            }
            if let former { return former }
            try prepare(segment, byteCount, from: nil)
            return .zeros
        }

        private func prepare(
            _ segment: UInt64, _ byteCount: Int, from reserved: String, lacking error: DiskError
        ) throws(DiskError) -> DiskOutcome {
            do throws(DiskError) {
                try prepare(segment, byteCount, from: reserved)
                return .preparedFromReserve(error)
            } catch  where !error.isOfDevice {
                // A file system that writes nothing in place has kept no room.
                return .notPrepared(error)
            }
        }

        private func prepare(
            _ segment: UInt64, _ byteCount: Int, from reserved: String?, asksFirst: Bool = false
        ) throws(DiskError) {
            try SegmentPreparation.run(
                directory: directory, segment: segment, byteCount: byteCount, reserved: reserved,
                asksFirst: asksFirst
            ) { self.isHurried.load(ordering: .relaxed) }
        }

        private func reserve(_ byteCount: Int) throws(DiskError) -> DiskOutcome {
            do throws(DiskError) {
                try SegmentReserve(directory: directory).fill(byteCount: byteCount)
                return .reserved
            } catch  where !error.isOfDevice {
                if RetiredSegments(directory: directory).removeAll() {
                    return try reserve(byteCount)
                }
                return .notReserved(error)
            }
        }

        private func outcome(
            of operation: DiskOperation, writer: SegmentWriter?
        ) throws(DiskError) -> DiskOutcome {
            switch operation {
            case .write(let segment, let offset, let bytes):
                guard let writer else { preconditionFailure("only the flush thread writes") }
                let path = files.path(of: segment)
                return .written(nanoseconds: try writer.write(bytes, at: offset, path: path))
            case .prepare(let segment, let byteCount, let mayUseReserve):
                return try prepare(segment, byteCount, mayUseReserve)
            case .prepareLarger(let segment, let byteCount):
                return try prepareLarger(segment, byteCount)
            case .reserve(let byteCount):
                return try reserve(byteCount)
            case .remove(let segment):
                // Segments go in order, each durably: a low one that came back would have a gap above it.
                try RetiredSegments(directory: directory).retire(
                    segment, isDurable: injectedBug != .phantomLowSegment)
                return .removed
            case .scan(let scan):
                return try read(scan)
            }
        }

        private func read(_ scan: DecidedScan) throws(DiskError) -> DiskOutcome {
            do throws(LogReadError) {
                return .scanned(.success(try scan.run(reading: files)))
            } catch {
                guard scan.isVital else { return .scanned(.failure(error)) }
                throw DiskError("a decided slot cannot be read back: \(error)", isOfDevice: true)
            }
        }
    }
}

/// Reads segments by their path.
struct PosixSegments: SegmentReading, Sendable {
    let directory: String

    func path(of segment: UInt64) -> String { directory + "/" + SegmentName.file(segment) }

    func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int {
        let path = path(of: segment)
        let descriptor = try Posix.open(path, O_RDONLY)
        defer { close(descriptor) }
        return try Posix.read(descriptor, into: buffer, at: offset, path: path)
    }
}
