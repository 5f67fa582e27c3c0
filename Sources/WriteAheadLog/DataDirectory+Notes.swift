/// Notes to the next process that takes the directory.
extension DataDirectory {
    // MARK: Members that were removed (P24)

    /// Makes durable that the member was removed from its cluster and is not needed any more, and how that is
    /// known. No process serves with this directory again.
    package func noteRemoval(_ sentence: String) throws(DirectoryError) {
        try writeNote(sentence, removalPath)
    }

    /// How it is known that the member was removed; nil if it was not.
    package var removal: String? {
        get throws(DirectoryError) { try note(removalPath) }
    }

    /// The directory is to be that of another cluster's member.
    package func forgetRemoval() throws(DirectoryError) {
        let (path, removalPath) = (path, removalPath)
        try Self.performing { () throws(DiskError) in
            try Posix.remove(removalPath)
            try Posix.syncDirectory(path)
        }
    }

    private var removalPath: String { path + "/removed" }

    // MARK: Files

    /// Writes a note durably: as a whole or not at all.
    func writeNote(_ text: String, _ target: String) throws(DirectoryError) {
        let path = path
        let bytes = [UInt8](text.utf8.prefix(Limits.identityBytes))
        try Self.performing { () throws(DiskError) in
            try Self.writeDurably(bytes, target + ".new")
            try Posix.rename(target + ".new", target)
            try Posix.syncDirectory(path)
        }
    }

    func note(_ file: String) throws(DirectoryError) -> String? {
        guard Posix.exists(file) else { return nil }
        return String(decoding: try readAll(file), as: UTF8.self)
    }
}
