/// A directory that somebody removed while its process lives.
extension DataDirectory {
    /// Whether nothing is left of the directory at this path.
    package static func isGone(_ path: String) -> Bool {
        guard Posix.exists(path) else { return true }
        return (try? Posix.names(in: path))?.isEmpty == true
    }

    /// Makes the directory at this path anew, as that of a member whose life in it is over: the next process begins
    /// another one, and forms no cluster, because it knows its own.
    package static func remake(
        _ path: String, _ identity: Identity, because reason: String
    ) throws(DirectoryError) {
        let directory = try DataDirectory(path, expecting: nil)
        defer { directory.close() }
        try directory.setIdentity(identity)
        try directory.endLife(because: reason)
    }
}
