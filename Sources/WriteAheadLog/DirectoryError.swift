/// Why a data directory cannot be used. The description says what to do.
package enum DirectoryError: Error, Equatable, Sendable, CustomStringConvertible {
    case locked(path: String, holder: String)
    case newerFormat(path: String, version: UInt16)
    case otherMember(path: String, found: String, expected: String)
    case otherCluster(path: String)
    case damagedIdentity(path: String)
    /// There is a log but no identity.
    case missingIdentity(path: String)
    /// The member was removed from its cluster.
    case removed(path: String, why: String)
    case disk(DiskError)

    private static let restoreIdentity =
        "Put back the file that belongs to this log; or, if there are other members, remove the directory and start "
        + "again: while a majority of them is intact, they admit the member anew."

    package var description: String {
        switch self {
        case .locked(let path, let holder):
            "The data directory \(path) is in use by another process\(holder). Stop that process, or "
                + "give this one a data directory of its own."
        case .newerFormat(let path, let version):
            "The data directory \(path) has format \(version), this version reads up to "
                + "\(Identity.formatVersion): start the newer version that wrote it."
        case .otherMember(let path, let found, let expected):
            "The data directory \(path) belongs to member \(found), not to \(expected): check the "
                + "member's name and peer URLs, and which directory it is given."
        case .otherCluster(let path):
            "The data directory \(path) belongs to a cluster with another initial token: check the "
                + "token, and which directory the member is given."
        case .damagedIdentity(let path):
            "The file \(path)/identity is damaged, so it is not known which votes this member gave. "
                + Self.restoreIdentity
        case .missingIdentity(let path):
            "The data directory \(path) has a log but no identity file. " + Self.restoreIdentity
        case .removed(let path, let why):
            "The member of the data directory \(path) has been permanently removed from the cluster (\(why)). Remove "
                + "the directory; to use this machine again, add it as a new member, with synod member add."
        case .disk(let error):
            "\(error). Mend the disk or the permissions and start again."
        }
    }
}
