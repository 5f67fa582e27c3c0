internal import Glibc

/// The few things that this program does with files.
enum Files {
    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String) throws(SystemError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            if mkdir(partial, 0o755) != 0, errno != EEXIST, errno != EISDIR {
                throw SystemError("the directory \(partial) cannot be made", errno)
            }
        }
    }

    /// Makes a directory of its own for something that is not to stay.
    static func makeTemporaryDirectory() throws(SystemError) -> String {
        var path = Array("/tmp/synod-XXXXXX".utf8CString)
        let isMade = path.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
        guard isMade else { throw SystemError("no directory below /tmp can be made", errno) }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a directory with all that is in it, as far as that can be done.
    static func removeTree(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { bytes in
                    bytes.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                // Links are removed, not followed.
                if entry.pointee.d_type == DT_DIR {
                    removeTree("\(path)/\(name)")
                } else {
                    unlink("\(path)/\(name)")
                }
            }
            closedir(directory)
        }
        rmdir(path)
    }

    /// Whether nothing is at a path, or a directory with nothing in it.
    static func isAbsentOrEmpty(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return errno == ENOENT }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // The directory itself and the one above it.
        return count <= 2
    }

    /// The last lines of a file, at most `bytesMax` bytes; empty if it cannot be read.
    static func tail(_ path: String, bytesMax: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let start = max(0, size - bytesMax)
        var bytes = [UInt8](repeating: 0, count: size - start)
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard count > 0 else { return "" }
        var tail = bytes[..<count]
        // Not the rest of a line whose beginning is missing.
        if start > 0, let newline = tail.firstIndex(of: UInt8(ascii: "\n")) {
            tail = tail[(newline + 1)...]
        }
        return String(decoding: tail, as: UTF8.self)
    }

    /// The file that this program was started from.
    static func ownProgram() -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes {
            $0.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
            }
        }
        guard count > 0 else { return CommandLine.arguments[0] }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
