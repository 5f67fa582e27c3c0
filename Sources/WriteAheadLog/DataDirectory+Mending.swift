package import Paxos

/// A directory whose identity is damaged, or gone from beside its log, has lost what made its log readable. It is
/// treated as one whose log is damaged: the life is over, and another one begins (P7). Whose directory it was, the log's
/// headers say.
extension DataDirectory {
    /// What may be made of a directory whose identity is lost.
    package struct Mending {
        /// Other members, whose directory this one must not be.
        package let others: [ReplicaID]
        /// Random, for the identity that takes the place.
        package let salt: UInt64

        package init(others: [ReplicaID], salt: UInt64) {
            self.others = others
            self.salt = salt
        }
    }

    /// Notes that the life is over, and makes an identity that says whose directory this is, with the incarnation
    /// that is over. A crash on the way is made good by doing it again.
    ///
    /// - Throws: `error` if the log does not say whose it is, or says that it is another member's.
    func mend(
        _ error: DirectoryError, _ mending: Mending, _ expected: Expectation
    ) throws(DirectoryError) {
        guard let header = try newestHeader(), !mending.others.contains(header.replica),
            header.replica == expected.replica ?? header.replica
        else { throw error }
        try endLife(because: error.finding)
        let (path, damaged) = (path, path + "/identity")
        try Self.performing { () throws(DiskError) in
            // For whoever wants to look at it: it goes with the rest of the old life.
            guard Posix.exists(damaged) else { return }
            try Posix.rename(damaged, damaged + ".damaged")
            try Posix.syncDirectory(path)
        }
        try setIdentity(
            Identity(
                cluster: header.cluster, replica: header.replica, memberName: expected.memberName,
                clusterTokenHash: expected.clusterTokenHash, incarnation: header.incarnation,
                salt: mending.salt, hasLog: true))
    }

    /// The header of the newest segment that has one, with the newest cluster that any of them names; nil if none
    /// can be read.
    private func newestHeader() throws(DirectoryError) -> SegmentHeader? {
        let logPath = logPath
        return try Self.performing { () throws(DiskError) in
            let numbers = try Posix.names(in: logPath).compactMap(SegmentName.number).sorted()
            let files = PosixSegments(directory: logPath)
            var newest: SegmentHeader?
            for number in numbers {
                // A file that waits to be used again begins with an older segment's.
                guard case .header(var header) = try Self.header(of: number, files),
                    header.number == number
                else { continue }
                if header.cluster == ClusterID(0), let newest { header.cluster = newest.cluster }
                newest = header
            }
            return newest
        }
    }

    private static func header(
        of segment: UInt64, _ files: PosixSegments
    ) throws(DiskError) -> SegmentHeader.Reading {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SegmentHeader.byteCount, alignment: 8)
        defer { buffer.deallocate() }
        let count = try files.read(segment: segment, at: 0, into: buffer)
        guard count == SegmentHeader.byteCount else { return .damaged }
        return SegmentHeader.read(UnsafeRawBufferPointer(buffer))
    }
}

extension DirectoryError {
    /// Whether another identity could take the place of the one that is lost.
    var isLostIdentity: Bool {
        switch self {
        case .damagedIdentity, .missingIdentity: true
        case .locked, .newerFormat, .otherMember, .otherCluster, .removed, .disk: false
        }
    }

    /// What was found, without what to do.
    fileprivate var finding: String {
        switch self {
        case .missingIdentity(let path): "The file \(path)/identity is missing beside a log."
        case .damagedIdentity(let path): "The file \(path)/identity is damaged."
        case .locked, .newerFormat, .otherMember, .otherCluster, .removed, .disk: description
        }
    }
}
