package import Paxos

/// A directory that must not vote again in the life that it has begins another one, with the next process (P1, P7).
extension DataDirectory {
    /// Whether there is a directory at this path that a member has used.
    package static func isUsed(_ path: String) -> Bool { Posix.exists(path + "/identity") }

    /// Makes durable that this life is over, and why. The log stays as it is, for whoever writes to it yet.
    package func endLife(because reason: String) throws(DirectoryError) {
        let (path, target) = (path, endOfLifePath)
        let bytes = [UInt8](reason.utf8.prefix(Limits.identityBytes))
        try Self.performing { () throws(DiskError) in
            try Self.writeDurably(bytes, target + ".new")
            try Posix.rename(target + ".new", target)
            try Posix.syncDirectory(path)
        }
    }

    /// Why the life of this directory is over; nil while it is not.
    package var endOfLife: String? {
        get throws(DirectoryError) {
            guard Posix.exists(endOfLifePath) else { return nil }
            return String(decoding: try readAll(endOfLifePath), as: UTF8.self)
        }
    }

    /// Begins another life: a new incarnation, durable first, and then nothing else. What the old life left is
    /// kept in a directory of its own, named `life.` and the old incarnation. A crash on the way is made good by
    /// doing it again.
    package func beginLife(_ incarnation: Incarnation) throws(DirectoryError) {
        guard var next = identity else { preconditionFailure("a directory with an identity") }
        let kept = path + "/" + Self.nameOfKeptLife(next.incarnation)
        next.incarnation = incarnation
        next.hasLog = false
        try setIdentity(next)
        let (path, logPath, endOfLifePath) = (path, logPath, endOfLifePath)
        try Self.performing { () throws(DiskError) in
            try Posix.makeDirectory(kept)
            for name in try Posix.names(in: path) where Self.isOfOneLife(name) {
                try Posix.rename(path + "/" + name, kept + "/" + name)
            }
            try Posix.makeDirectory(logPath)
            try Posix.syncDirectory(kept)
            try Posix.syncDirectory(path)
            try Posix.remove(endOfLifePath)
            try Posix.syncDirectory(path)
        }
    }

    /// Whether something in the directory belongs to the life that it has, and not to the member.
    private static func isOfOneLife(_ name: String) -> Bool {
        let isOfMember = ["LOCK", "identity", "identity.new", "ended", "ended.new"].contains(name)
        return !isOfMember && !name.hasPrefix(keptPrefix)
    }

    /// Where what a life left is kept.
    package static func nameOfKeptLife(_ incarnation: Incarnation) -> String {
        keptPrefix + SegmentName.padded(incarnation.rawValue)
    }

    private static let keptPrefix = "life."
}
