#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Makes a segment of zeros, ahead of need. Written zeros make later flushes twice as fast as holes do,
/// and small writes keep the kernel from charging each flush for a large piece of the file.
enum SegmentPreparation {
    static let unfinishedSuffix = ".preparing"

    /// Durable under its final name when this returns. `reserved` is a file that has the room already, and is
    /// used up. Pauses now and then, so that flushes of the log
    /// get through, unless `isHurried` says that the log is waiting.
    ///
    /// - Parameter asksFirst: whether there is room is found out before anything is written.
    static func run(
        directory: String, segment: UInt64, byteCount: Int, reserved: String? = nil,
        asksFirst: Bool = false, isHurried: () -> Bool
    ) throws(DiskError) {
        let unfinished = directory + "/" + SegmentName.padded(segment) + unfinishedSuffix
        do throws(DiskError) {
            try RetiredSegments(directory: directory).makeWay(for: segment)
            if let reserved { try Posix.rename(reserved, unfinished) }
            try make(
                unfinished, flags: reserved == nil ? O_CREAT | O_TRUNC : 0, byteCount: byteCount,
                asksFirst: asksFirst, isHurried: isHurried)
        } catch {
            // The space is needed: by the log, most of all.
            try? Posix.remove(unfinished)
            throw error
        }
        try Posix.rename(unfinished, directory + "/" + SegmentName.file(segment))
        try Posix.syncDirectory(directory)
    }

    private static func make(
        _ unfinished: String, flags: Int32, byteCount: Int, asksFirst: Bool,
        isHurried: () -> Bool
    ) throws(DiskError) {
        let descriptor = try Posix.open(unfinished, O_WRONLY | flags)
        defer { Posix.close(descriptor) }
        if asksFirst {
            try Posix.allocate(descriptor, byteCount: byteCount, path: unfinished)
        }
        var offset = 0
        while offset < byteCount {
            let end = min(offset + Limits.fillSyncBytes, byteCount)
            try fill(descriptor, offset..<end, path: unfinished)
            offset = end
            if offset < byteCount, !isHurried() {
                try Posix.syncData(descriptor, path: unfinished)
                usleep(Limits.fillPauseMicroseconds)
            }
        }
        try Posix.syncAll(descriptor, path: unfinished)
    }

    private static func fill(
        _ descriptor: Int32, _ range: Range<Int>, path: String
    ) throws(DiskError) {
        try withUnsafeTemporaryZeros { (zeros) throws(DiskError) in
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: zeros.count) {
                let count = min(zeros.count, range.upperBound - offset)
                let slice = UnsafeRawBufferPointer(rebasing: zeros[..<count])
                try Posix.writeAll(descriptor, slice, at: offset, path: path)
            }
        }
    }

    private static func withUnsafeTemporaryZeros(
        _ body: (UnsafeRawBufferPointer) throws(DiskError) -> Void
    ) throws(DiskError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Limits.fillBytes, alignment: 16)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        try body(UnsafeRawBufferPointer(zeros))
    }
}
