internal import Basics

/// Reads a segment through a window. What lies beyond the file's end reads as zeros: a write that never
/// came.
final class SegmentCursor {
    let segment: UInt64
    let fileBytes: Int
    private let disk: any SegmentReading
    private var window: UnsafeMutableRawBufferPointer
    private var start = 0
    private var count = 0

    init(_ disk: any SegmentReading, segment: UInt64, fileBytes: Int) {
        self.disk = disk
        self.segment = segment
        self.fileBytes = fileBytes
        window = .allocate(byteCount: Limits.readWindowBytes, alignment: 16)
    }

    deinit { window.deallocate() }

    /// `byteCount` bytes from `offset` on, valid until the next call.
    func bytes(at offset: Int, count byteCount: Int) throws(RecoveryError) -> UnsafeRawBufferPointer
    {
        precondition(offset >= 0 && byteCount >= 0, "a range in a file")
        if offset < start || offset + byteCount > start + count {
            try load(offset, atLeast: byteCount)
        }
        let lower = offset - start
        return UnsafeRawBufferPointer(rebasing: window[lower..<lower + byteCount])
    }

    /// So many bytes from `offset` on, in pieces that fit the window: `body` is told where each begins.
    func forEachPiece(
        at offset: Int, count byteCount: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(RecoveryError) {
        for start in stride(from: offset, to: offset + byteCount, by: Limits.readWindowBytes) {
            let count = min(Limits.readWindowBytes, offset + byteCount - start)
            body(start, try bytes(at: start, count: count))
        }
    }

    private func load(_ offset: Int, atLeast byteCount: Int) throws(RecoveryError) {
        if byteCount > window.count {
            window.deallocate()
            window = .allocate(byteCount: byteCount, alignment: 16)
        }
        count = 0
        let wanted = max(0, min(window.count, fileBytes - offset))
        let slice = UnsafeMutableRawBufferPointer(rebasing: window[..<wanted])
        let read = try readDisk(offset, into: slice)
        let padded = max(read, byteCount)
        for index in read..<padded { window[index] = 0 }
        start = offset
        count = padded
    }

    private func readDisk(
        _ offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(RecoveryError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        do throws(DiskError) {
            return try disk.read(segment: segment, at: offset, into: buffer)
        } catch {
            throw .disk(error)
        }
    }
}
