internal import MVCC
internal import RocksStorage
internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Flushes generations into the base in a directory until it is killed, and prints the number of each when it is
/// durable. Every third time the base is put in its own place as a snapshot, and between any two flushes a part of
/// it is read in a pass. For crash tests.
///
/// usage: FlushLoop DIRECTORY GENERATIONS
@main
struct FlushLoop {
    private let base: RocksBase
    private var generation: Generation

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]) else { exit(EX_USAGE) }
        do throws(BaseError) {
            var loop = try FlushLoop(arguments[1])
            for _ in 0..<count { loop.flushNext() }
            // RocksDB must not outlive the statics that the end of the process takes from it.
            loop.base.close()
        } catch {
            end(error.description)
        }
    }

    private init(_ directory: String) throws(BaseError) {
        base = try RocksBase(
            directory: directory, cacheBytes: 1 << 20, wake: {},
            onFailure: { Self.end($0.description) })
        var slot: UInt64 = 0
        do throws(RowError) {
            for table in try base.tables() where table.name == WellKnownTables.appliedSlot {
                slot = WellKnownTables.slot(table.bytes) ?? 0
            }
        } catch {
            throw BaseError(error)
        }
        generation = Generation(number: slot)
    }

    private mutating func flushNext() {
        let flush = generation.next()
        let operations: [BaseOperation] = [
            .beginFlush, .flushRows(FlushPiece(changes: flush.changes), isUrgent: true),
            .flushRows(FlushPiece(keys: flush.keys), isUrgent: true),
            .finishFlush(
                tables: FrozenTables(flush.tables), compactedRevision: flush.compactedRevision),
        ]
        // The first one without room ends the flush.
        while !operations.allSatisfy({ !perform($0).lackedRoom }) {}
        Self.say("\(generation.number)\n", to: STDOUT_FILENO)
        if generation.number % 3 == 0 { installOwnSnapshot() }
        scrub()
    }

    /// Every second pass comes to its end, the others meet the next flush.
    private func scrub() {
        let bytesMax = generation.number % 2 == 0 ? Int.max : 1
        let outcome = perform(.scrub(bytesMax: bytesMax, condemns: true))
        guard case .scrubbed = outcome else { Self.end("no pass: \(outcome)") }
    }

    private func installOwnSnapshot() {
        let made = perform(.makeSnapshot(newerThanSlot: generation.number - 1))
        guard case .snapshotMade(.some(let description)) = made else {
            Self.end("no snapshot: \(made)")
        }
        guard case .installationBegun(let there) = perform(.beginInstallation(description)) else {
            Self.end("no installation")
        }
        for (file, described) in description.files.enumerated() {
            var offset = there[file]
            while offset < described.byteCount {
                let read = perform(
                    .readSnapshot(
                        slot: description.slot, file: file, offset: offset, bytesMax: 4_096))
                guard case .snapshotRead(.some(let bytes)) = read else { Self.end("\(read)") }
                _ = perform(.installBytes(file: file, offset: offset, bytes))
                offset += UInt64(bytes.count)
            }
        }
        let finished = perform(.finishInstallation)
        // What a crash has left of an earlier one may be torn; it is begun anew the next time.
        if case .installationFailed = finished { return }
        guard case .installed = finished else { Self.end("\(finished)") }
    }

    private func perform(_ operation: BaseOperation) -> BaseOutcome {
        base.submit(operation, ticket: 1)
        base.waitForCompletion()
        guard let completion = base.takeCompletions().first else { Self.end("no completion") }
        return completion.outcome
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static func end(_ message: String) -> Never {
        say("FlushLoop: \(message)\n", to: STDERR_FILENO)
        _exit(EX_SOFTWARE)
    }
}

extension BaseOutcome {
    fileprivate var lackedRoom: Bool {
        if case .flushLackedRoom = self { true } else { false }
    }
}
