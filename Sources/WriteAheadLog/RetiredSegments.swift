#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Files of segments that have left the log and may become segments again: what is written over needs no zeros
/// before it, and no new place on the disk. In one directory.
struct RetiredSegments: Sendable {
    static let suffix = ".retired"
    static let formerSuffix = ".former"
    let directory: String

    /// Takes the segment out of the log; its file stays if there is none too many.
    func retire(_ segment: UInt64, isDurable: Bool = true) throws(DiskError) {
        try putAside(directory + "/" + SegmentName.file(segment))
        if isDurable { try Posix.syncDirectory(directory) }
        // Only now: a segment that came back without it could not be read to its end.
        try Posix.remove(formerPath(segment))
    }

    private func putAside(_ path: String) throws(DiskError) {
        let count = Limits.keptSegments(ofBytes: (try? Posix.byteCount(of: path)) ?? 0)
        if let place = (0..<count).first(where: { !Posix.exists(self.path($0)) }) {
            do throws(DiskError) {
                return try Posix.rename(path, self.path(place))
            } catch  where !error.isOfDevice {
                // A new name may need room, which the removal gives.
            }
        }
        try Posix.remove(path)
    }

    /// Makes a retired file the segment, durably; nil if there is none of the size. One of another size, or that
    /// cannot be read, is of no use and goes: only zeros are as good.
    func revive(
        as segment: UInt64, byteCount: Int, isHurried: () -> Bool
    ) throws(DiskError) -> FormerContents? {
        for place in 0..<Limits.keptSegments.upperBound where Posix.exists(path(place)) {
            guard (try? Posix.byteCount(of: path(place))) == byteCount else {
                try Posix.remove(path(place))
                continue
            }
        }
        for place in 0..<Limits.keptSegments.upperBound where Posix.exists(path(place)) {
            guard let former = try? contents(of: path(place), byteCount, isHurried) else {
                try Posix.remove(path(place))
                continue
            }
            try makeWay(for: segment)
            try rename(path(place), to: segment, former)
            return former
        }
        return nil
    }

    /// Gives their room back; false if there were none.
    func removeAll() -> Bool {
        var hasRemoved = false
        for place in 0..<Limits.keptSegments.upperBound where Posix.exists(path(place)) {
            if (try? Posix.remove(path(place))) != nil { hasRemoved = true }
        }
        return hasRemoved
    }

    /// The bytes that tell what the segment held before it began; nil if they do not exist.
    func former(of segment: UInt64) throws(DiskError) -> [UInt8]? {
        let path = formerPath(segment)
        guard Posix.exists(path) else { return nil }
        let byteCount = try Posix.byteCount(of: path)
        let descriptor = try Posix.open(path, O_RDONLY)
        defer { Posix.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var result: Result<Int, DiskError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            result = Result { () throws(DiskError) in
                try Posix.read(descriptor, into: buffer, at: 0, path: path)
            }
        }
        return Array(bytes.prefix(try result.get()))
    }

    /// Removes what a crash left of a change.
    func removeStrays() throws(DiskError) {
        for name in try Posix.names(in: directory) where name.hasSuffix(Self.formerSuffix) {
            let segment = name.dropLast(Self.formerSuffix.count) + SegmentName.suffix
            if !Posix.exists(directory + "/" + segment) {
                try Posix.remove(directory + "/" + name)
            }
        }
    }

    /// Removes a segment that is to be made anew, because its first write did not come whole, and any behind it, which
    /// cannot have been used: the last first, for a gap between segments is damage. Of each first the file, durably:
    /// with another note than its own, or none, it would look damaged.
    func makeWay(for segment: UInt64) throws(DiskError) {
        let numbers = try Posix.names(in: directory).compactMap { SegmentName.number($0) }
        let unused = numbers.filter { $0 >= segment }.sorted(by: >)
        for number in unused {
            try Posix.remove(directory + "/" + SegmentName.file(number))
            try Posix.syncDirectory(directory)
            try Posix.remove(formerPath(number))
        }
        let hasNote = Posix.exists(formerPath(segment))
        if hasNote { try Posix.remove(formerPath(segment)) }
        if hasNote || !unused.isEmpty { try Posix.syncDirectory(directory) }
    }

    /// What the file holds is noted, durably, before it gets its name: a segment of which that is not known
    /// would look damaged at its end.
    private func rename(
        _ retired: String, to segment: UInt64, _ former: FormerContents
    ) throws(DiskError) {
        do throws(DiskError) {
            try write(former.encode(for: segment), to: formerPath(segment))
            try Posix.syncDirectory(directory)
            try Posix.rename(retired, directory + "/" + SegmentName.file(segment))
            try Posix.syncDirectory(directory)
        } catch {
            // Half a note takes room that others need.
            try? makeWay(for: segment)
            throw error
        }
    }

    /// In pieces, with pauses as when a segment is filled. What is noted must be what is on the disk; the page cache
    /// may show something else, if a flush has failed once.
    private func contents(
        of path: String, _ byteCount: Int, _ isHurried: () -> Bool
    ) throws(DiskError) -> FormerContents {
        let descriptor = try Posix.open(path, O_RDWR)
        defer { Posix.close(descriptor) }
        try Posix.syncAll(descriptor, path: path)
        Posix.readAnewByPages(descriptor)
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Limits.fillSyncBytes, alignment: 16)
        defer { piece.deallocate() }
        var former = FormerContents(noting: byteCount)
        for offset in stride(from: 0, to: byteCount, by: piece.count) {
            let wanted = UnsafeMutableRawBufferPointer(
                rebasing: piece[..<min(piece.count, byteCount - offset)])
            guard try Posix.read(descriptor, into: wanted, at: offset, path: path) == wanted.count
            else { throw DiskError("\(path) became shorter") }
            former.note(UnsafeRawBufferPointer(wanted))
            if !isHurried() { usleep(Limits.fillPauseMicroseconds) }
        }
        return former
    }

    private func write(_ bytes: [UInt8], to path: String) throws(DiskError) {
        let descriptor = try Posix.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { Posix.close(descriptor) }
        var result: Result<Void, DiskError> = .success(())
        bytes.withUnsafeBytes { buffer in
            result = Result { () throws(DiskError) in
                try Posix.writeAll(descriptor, buffer, at: 0, path: path)
            }
        }
        try result.get()
        try Posix.syncAll(descriptor, path: path)
    }

    private func path(_ place: Int) -> String { "\(directory)/\(place)\(Self.suffix)" }

    private func formerPath(_ segment: UInt64) -> String {
        directory + "/" + SegmentName.padded(segment) + Self.formerSuffix
    }
}
