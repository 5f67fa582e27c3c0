internal import Glibc

/// A file that is read or written from its beginning, and closed with its last reference. All calls block.
final class PlainFile {
    let path: String
    private let descriptor: Int32

    /// Opens a file to be read.
    init(reading path: String) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw SystemError("\(path) cannot be opened", errno) }
    }

    /// Makes a file, in the place of one that is there.
    init(making path: String) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw SystemError("\(path) cannot be made", errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The length in bytes.
    func byteCount() throws(SystemError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SystemError("\(path) cannot be looked at", errno)
        }
        return UInt64(status.st_size)
    }

    /// The bytes from `offset` on; fewer than `count` only at the file's end.
    func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count, let start = buffer.baseAddress {
                let got = pread(
                    descriptor, start + filled, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        if code != 0 { throw SystemError("\(path) cannot be read", code) }
        return bytes
    }

    /// Writes behind what was written.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemError("\(path) cannot be written", errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Makes what was written durable.
    func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError("\(path) cannot be flushed", errno) }
    }

    /// Gives a file another name, durably, in the place of one that has it.
    static func rename(_ old: String, to new: String) throws(SystemError) {
        guard Glibc.rename(old, new) == 0 else {
            throw SystemError("\(old) cannot be renamed to \(new)", errno)
        }
        try syncDirectory(of: new)
    }

    /// Makes the name of a file, or of a directory, durable.
    static func syncDirectory(of path: String) throws(SystemError) {
        try PlainFile(directoryOf: path).sync()
    }

    /// Opens the directory that a path lies in.
    private init(directoryOf path: String) throws(SystemError) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        self.path = parent.isEmpty ? "/" : parent
        descriptor = open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw SystemError("\(self.path) cannot be opened", errno) }
    }
}
