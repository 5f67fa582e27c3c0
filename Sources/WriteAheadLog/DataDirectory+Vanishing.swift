#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A directory that somebody removed while its process lives.
extension DataDirectory {
    /// Whether nothing is left of the directory at this path, and it was removed: one that was moved, or whose file
    /// system is not there any more, is as good as it was.
    package static func isRemoved(_ path: String, lock: Int32) -> Bool {
        var status = stat()
        guard fstat(lock, &status) == 0, status.st_nlink == 0 else { return false }
        guard Posix.exists(path) else { return true }
        return (try? Posix.names(in: path))?.isEmpty == true
    }

    /// Makes the directory at this path anew, as that of a member whose life in it is over: the next process begins
    /// another one, and forms no cluster, because it knows its own.
    ///
    /// - Returns: false if there is another one by now.
    package static func remake(
        _ path: String, _ identity: Identity, because reason: String
    ) throws(DirectoryError) -> Bool {
        let directory = try DataDirectory(path, expecting: nil)
        defer { directory.close() }
        guard directory.identity == nil else { return false }
        try directory.setIdentity(identity)
        try directory.endLife(because: reason)
        return true
    }
}
