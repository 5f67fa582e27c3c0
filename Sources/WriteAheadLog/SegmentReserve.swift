#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Files that hold room for segments and nothing else, so that the log can go on for a while on a disk that is
/// full. Their bytes are not written before they become segments.
struct SegmentReserve: Sendable {
    static let suffix = ".reserve"
    let directory: String

    /// Makes the files that are missing, or are of another size; others go.
    func fill(byteCount: Int) throws(DiskError) {
        let count = Limits.keptSegments(ofBytes: byteCount)
        for place in count..<Limits.keptSegments.upperBound where Posix.exists(path(place)) {
            try Posix.remove(path(place))
        }
        for place in 0..<count {
            let path = path(place)
            if isWhole(path, byteCount) { continue }
            do throws(DiskError) {
                try make(path, byteCount: byteCount)
            } catch {
                // Half a file is of no use, and others need its room.
                try? Posix.remove(path)
                throw error
            }
        }
    }

    /// A file that may become a segment; nil if there is none.
    func take(byteCount: Int) -> String? {
        for place in 0..<Limits.keptSegments.upperBound where isWhole(path(place), byteCount) {
            return path(place)
        }
        return nil
    }

    private func path(_ place: Int) -> String { "\(directory)/\(place)\(Self.suffix)" }

    private func isWhole(_ path: String, _ byteCount: Int) -> Bool {
        guard Posix.exists(path), let found = try? Posix.byteCount(of: path) else { return false }
        return found == byteCount
    }

    private func make(_ path: String, byteCount: Int) throws(DiskError) {
        let descriptor = try Posix.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { Posix.close(descriptor) }
        try Posix.allocate(descriptor, byteCount: byteCount, path: path)
        try Posix.syncAll(descriptor, path: path)
    }
}
