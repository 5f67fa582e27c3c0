#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The few calls to the operating system that the log makes, with their errors in words.
enum Posix {
    static func open(_ path: String, _ flags: Int32) throws(DiskError) -> Int32 {
        let descriptor = retrying { openFile(path, flags | O_CLOEXEC) }
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String
    ) throws(DiskError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = retrying {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            }
            guard count > 0 else { throw failure("write", path) }
            written += count
        }
    }

    /// Fills `buffer`, fewer bytes only at the file's end.
    static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int,
        path: String
    ) throws(DiskError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = retrying {
                pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Gives a file room for so many bytes that nothing else can take, without writing them.
    static func allocate(_ descriptor: Int32, byteCount: Int, path: String) throws(DiskError) {
        #if canImport(Glibc)
            // It gives its error back.
            errno = posix_fallocate(descriptor, 0, off_t(byteCount))
            guard errno == 0 else { throw failure("allocate", path) }
        #else
            var store = fstore_t(
                fst_flags: UInt32(F_ALLOCATEALL), fst_posmode: F_PEOFPOSMODE, fst_offset: 0,
                fst_length: off_t(byteCount), fst_bytesalloc: 0)
            guard fcntl(descriptor, F_PREALLOCATE, &store) == 0,
                ftruncate(descriptor, off_t(byteCount)) == 0
            else { throw failure("allocate", path) }
        #endif
    }

    /// Makes the data durable, and as much about the file as is needed to read them.
    static func syncData(_ descriptor: Int32, path: String) throws(DiskError) {
        #if canImport(Glibc)
            let result = fdatasync(descriptor)
        #else
            let result = fcntl(descriptor, F_FULLFSYNC)
        #endif
        // Never retried: after a failure the kernel forgets what it could not write.
        guard result == 0 else { throw failure("flush", path) }
    }

    /// Makes the data durable, and all that is known about the file.
    static func syncAll(_ descriptor: Int32, path: String) throws(DiskError) {
        guard fsync(descriptor) == 0 else { throw failure("flush", path) }
    }

    /// What the page cache holds of a file that was flushed is read from the disk again, into single pages: each
    /// flush of a small write into a larger piece would be charged for all of it.
    static func readAnewByPages(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM)
        #else
            _ = fcntl(descriptor, F_NOCACHE, 1)
        #endif
    }

    static func syncDirectory(_ path: String) throws(DiskError) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        try syncAll(descriptor, path: path)
    }

    static func rename(_ from: String, _ to: String) throws(DiskError) {
        #if canImport(Glibc)
            let result = Glibc.rename(from, to)
        #else
            let result = Darwin.rename(from, to)
        #endif
        guard result == 0 else { throw failure("rename", from) }
    }

    /// Removes a file; one that is not there is removed already.
    static func remove(_ path: String) throws(DiskError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Removes a directory with what is in it. Links are removed, not followed.
    static func removeTree(_ path: String) throws(DiskError) {
        for name in try names(in: path) {
            let inner = path + "/" + name
            if unlink(inner) == 0 || errno == ENOENT { continue }
            try removeTree(inner)
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Makes a directory, for this user alone, unless it is there.
    static func makeDirectory(_ path: String) throws(DiskError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("create", path) }
    }

    static func names(in path: String) throws(DiskError) -> [String] {
        guard let stream = opendir(path) else { throw failure("list", path) }
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

    static func byteCount(of path: String) throws(DiskError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("look at", path) }
        return Int(status.st_size)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Tells the operator, and ends the process: what the disk holds is no longer known.
    static func endProcess(_ message: String) -> Never {
        let line = [UInt8]("synod: \(message). The process ends; recovery reads from disk.\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        _exit(EX_IOERR)
    }

    static func failure(_ verb: String, _ path: String) -> DiskError {
        let number = errno
        return DiskError(
            "could not \(verb) \(path): \(String(cString: strerror(number)))",
            isOfDevice: [EIO, ENXIO, ENODEV, EROFS].contains(number))
    }

    private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags, 0o600)
        #else
            Darwin.open(path, flags, 0o600)
        #endif
    }

    private static func retrying<Count: SignedInteger>(_ call: () -> Count) -> Count {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
