internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file that holds room and nothing else, so that a base can be opened on a disk that is full: RocksDB writes some
/// small files anew at each start, and where its own log finds no room it ends the process by an assertion.
struct BaseReserve {
    private let directory: String
    private var path: String { directory + "/reserve" }

    init(in directory: BaseDirectory) { self.directory = directory.path }

    /// Sees to it that there is room to open the base, at the expense of the reserve if need be. What is removed may be
    /// there for others a moment later only.
    func makeRoom() throws(RowError) {
        if try hasRoom() { return }
        try Files.remove(path)
        var left = Limits.roomRetryMilliseconds
        while try !hasRoom() {
            guard left > 0 else {
                throw RowError("no room in \(directory) to open it: free space", .noSpace)
            }
            usleep(10_000)
            left -= 10
        }
    }

    private func hasRoom() throws(RowError) -> Bool {
        try Files.availableBytes(in: directory) >= UInt64(Limits.openingBytes)
    }

    /// Keeps room for the next start: all of it, or as much as there is.
    func fill() throws(RowError) {
        var byteCount = Limits.reserveBytes
        if try Files.byteCount(of: path) == byteCount { return }
        while byteCount >= Limits.openingBytes {
            do throws(RowError) {
                return try make(byteCount)
            } catch {
                guard error.kind == .noSpace else { throw error }
                byteCount -= Limits.openingBytes
            }
        }
    }

    /// Written, not only made long: else there would be no room behind it.
    private func make(_ byteCount: Int) throws(RowError) {
        do throws(RowError) {
            try Files.remove(path)
            try Files.write([UInt8](repeating: 0, count: byteCount), to: path, at: 0)
            try Files.syncFile(path)
        } catch {
            try Files.remove(path)
            throw error
        }
    }
}
