internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The few calls to the operating system that a base makes beside RocksDB's, with their errors in words.
enum Files {
    /// Makes a directory, for this user alone, unless it is there.
    static func makeDirectory(_ path: String) throws(RowError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    static func syncDirectory(_ path: String) throws(RowError) {
        try sync(path, O_RDONLY | O_DIRECTORY)
    }

    /// Makes a file's bytes durable. Never asked for again: after a failure the kernel forgets what it could not
    /// write.
    static func syncFile(_ path: String) throws(RowError) { try sync(path, O_RDONLY) }

    private static func sync(_ path: String, _ flags: Int32) throws(RowError) {
        let descriptor = try openFile(path, flags)
        defer { close(descriptor) }
        #if canImport(Glibc)
            let result = fsync(descriptor)
        #else
            let result = fcntl(descriptor, F_FULLFSYNC)
        #endif
        guard result == 0 else { throw failure("flush", path) }
    }

    /// Asks the kernel to have a file's bytes in its memory soon, as far as it has room. A hint: nothing depends on it.
    static func prefetch(_ path: String) {
        #if canImport(Glibc)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return }
            // Of one call the kernel reads no more than the device takes at once.
            for offset in stride(from: 0, to: Int(status.st_size), by: Limits.prefetchBytes) {
                posix_fadvise(descriptor, offset, Limits.prefetchBytes, POSIX_FADV_WILLNEED)
            }
        #endif
    }

    static func move(_ from: String, _ to: String) throws(RowError) {
        guard rename(from, to) == 0 else { throw failure("rename", from) }
    }

    /// Removes a file; one that is not there is removed already.
    static func remove(_ path: String) throws(RowError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Removes a directory and what is in it, down to directories of files.
    static func removeTree(_ path: String) throws(RowError) {
        for name in try names(in: path) {
            let inner = path + "/" + name
            if isDirectory(inner) { try removeTree(inner) } else { try remove(inner) }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// What is in a directory, sorted; nothing if it is not there.
    static func names(in path: String) throws(RowError) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure("list", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The length of a file; nil if it is not there.
    static func byteCount(of path: String) throws(RowError) -> Int? {
        var status = stat()
        if stat(path, &status) == 0 { return Int(status.st_size) }
        if errno == ENOENT { return nil }
        throw failure("look at", path)
    }

    /// What may still be written to the file system that a directory lies in.
    static func availableBytes(in path: String) throws(RowError) -> UInt64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw failure("look at", path) }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Up to `bytesMax` bytes of a file from `offset` on; nil if it is not there.
    static func read(
        _ path: String, at offset: Int = 0, bytesMax: Int
    ) throws(RowError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
            count = 0
            while count < bytesMax {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + count }, bytesMax - count,
                    off_t(offset + count))
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { break }
                count += got
            }
        }
        if failed { throw failure("read", path) }
        return bytes
    }

    /// Writes at `offset`, into a file that is made if it is not there.
    static func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(RowError) {
        let descriptor = try openFile(path, O_WRONLY | O_CREAT)
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written,
                    off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            written += count
        }
    }

    /// Puts `bytes` in the place of a file: durable, and whole at any moment.
    static func replace(_ path: String, with bytes: [UInt8], in directory: String) throws(RowError)
    {
        let new = path + ".new"
        try remove(new)
        try write(bytes, to: new, at: 0)
        try syncFile(new)
        try move(new, path)
        try syncDirectory(directory)
    }

    private static func openFile(_ path: String, _ flags: Int32) throws(RowError) -> Int32 {
        let descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    private static func failure(_ verb: String, _ path: String) -> RowError {
        RowError(
            "could not \(verb) \(path): \(String(cString: strerror(errno)))",
            errno == ENOSPC ? .noSpace : .failure)
    }
}
