package import Paxos

/// A directory that must not vote again in the life that it has begins another one, with the next process (P1, P7).
extension DataDirectory {
    /// Whether there is a directory at this path that a member has used.
    package static func isUsed(_ path: String) -> Bool { Posix.exists(path + "/identity") }

    /// Makes durable that this life is over, and why. The log stays as it is, for whoever writes to it yet.
    package func endLife(because reason: String) throws(DirectoryError) {
        try writeNote(reason, endOfLifePath)
    }

    /// Why the life of this directory is over; nil while it is not.
    package var endOfLife: String? {
        get throws(DirectoryError) { try note(endOfLifePath) }
    }

    /// Begins another life: a new incarnation, durable first, and then an empty log. The log of the old life, with
    /// its promises and votes, is kept in a directory of its own, named `life.` and the old incarnation. What is
    /// no promise stays: the base, for all in it was decided (P7). A crash on the way is made good by doing it
    /// again.
    package func beginLife(_ incarnation: Incarnation) throws(DirectoryError) {
        guard var next = identity else { preconditionFailure("a directory with an identity") }
        let kept = path + "/" + Self.nameOfKeptLife(next.incarnation)
        // Of a base whose cluster is not known it is not known whether it may go on.
        let keepsBase = next.cluster != ClusterID(0)
        next.incarnation = incarnation
        next.hasLog = false
        try setIdentity(next)
        let (path, logPath, endOfLifePath) = (path, logPath, endOfLifePath)
        try Self.performing { () throws(DiskError) in
            try Posix.makeDirectory(kept)
            for name in try Posix.names(in: path)
            where Self.isOfOneLife(name) || name == Self.baseName && !keepsBase {
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
        let isOfMember =
            ["LOCK", "identity", "identity.new", "ended", "ended.new", baseName].contains(name)
        return !isOfMember && !name.hasPrefix(keptPrefix)
    }

    /// Whether earlier lives left anything in the directory at this path.
    package static func hasEarlierLives(in path: String) -> Bool {
        (try? Posix.names(in: path))?.contains { $0.hasPrefix(keptPrefix) } == true
    }

    /// Removes what earlier lives left in the directory at this path. Blocking. Once the member votes again nobody
    /// can need that: what it promised and accepted binds nobody any more.
    package static func removeEarlierLives(in path: String) throws(DirectoryError) {
        try performing { () throws(DiskError) in
            for name in try Posix.names(in: path) where name.hasPrefix(keptPrefix) {
                try Posix.removeTree(path + "/" + name)
            }
            try Posix.syncDirectory(path)
        }
    }

    /// Where what a life left is kept.
    package static func nameOfKeptLife(_ incarnation: Incarnation) -> String {
        keptPrefix + SegmentName.padded(incarnation.rawValue)
    }

    private static let keptPrefix = "life."
    private static let baseName = "base"
}
