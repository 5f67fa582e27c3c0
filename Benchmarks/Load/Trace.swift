import Glibc

/// When each operation ended and how long it took, in a file.
struct Trace {
    private let file: UnsafeMutablePointer<FILE>
    private let startedAt: UInt64

    /// - Parameter now: the loop's time, in nanoseconds, of the beginning.
    init(path: String, now: UInt64) {
        guard let file = fopen(path, "wb") else {
            complain("\(path) cannot be written")
            exit(1)
        }
        self.file = file
        startedAt = now
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        write(UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    func note(endedAt: UInt64, nanoseconds: UInt64) {
        write(UInt32((endedAt - startedAt) / 1_000_000))
        write(UInt32(clamping: nanoseconds / 1_000))
    }

    func close() { fclose(file) }

    private func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    }
}
