#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Writes to the segment in use, which it keeps open.
///
/// Unchecked: only the flush thread calls it.
final class SegmentWriter: @unchecked Sendable {
    private var path = ""
    private var descriptor: Int32 = -1
    private let injectedBug: LogBug?

    init(injectedBug: LogBug? = nil) { self.injectedBug = injectedBug }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Writes and flushes; returns how long that took, in nanoseconds.
    func write(_ bytes: [UInt8], at offset: Int, path: String) throws(DiskError) -> UInt64 {
        if path != self.path { try change(to: path) }
        let start = ContinuousClock.now
        var result: Result<Void, DiskError> = .success(())
        bytes.withUnsafeBytes { buffer in
            do throws(DiskError) {
                try Posix.writeAll(descriptor, buffer, at: offset, path: path)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
        try flush(path)
        let taken = (ContinuousClock.now - start).components
        return UInt64(taken.seconds) * 1_000_000_000 + UInt64(taken.attoseconds / 1_000_000_000)
    }

    /// After a failure the kernel has forgotten which bytes did not reach the disk: a second flush would
    /// succeed, and lie.
    private func flush(_ path: String) throws(DiskError) {
        do throws(DiskError) {
            try Posix.syncData(descriptor, path: path)
        } catch {
            guard injectedBug == .failedFlushRetried else { throw error }
            try Posix.syncData(descriptor, path: path)
        }
    }

    private func change(to path: String) throws(DiskError) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        descriptor = try Posix.open(path, O_WRONLY)
        self.path = path
    }
}
