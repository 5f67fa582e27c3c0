package import Paxos

/// A place in the log where acknowledged records can no longer be read.
package struct LogDamage: Error, Equatable, Sendable, CustomStringConvertible {
    package let segment: UInt64
    package let offset: Int
    package let finding: String

    package init(segment: UInt64, offset: Int, finding: String) {
        self.segment = segment
        self.offset = offset
        self.finding = finding
    }

    package var description: String {
        "log/\(SegmentName.file(segment)) is damaged at byte \(offset): found \(finding)"
    }
}

/// Why a log cannot be used. The description says what to do.
package enum RecoveryError: Error, Equatable, Sendable, CustomStringConvertible {
    case damaged(LogDamage)
    /// These segments are missing while later ones are there.
    case missing(first: UInt64, last: UInt64)
    /// The directory had a log and has none.
    case lost
    case newerFormat(segment: UInt64, version: UInt16)
    /// A segment of another replica, cluster, or earlier life of this directory.
    case foreignSegment(UInt64)
    /// Records of a group that this version does not keep.
    case unknownGroup(GroupID)
    case disk(DiskError)

    /// Whether records that were acknowledged are lost, perhaps a promise among them: the directory must not vote
    /// again in the life that it has, and may begin another one (P7).
    package var isAmnesia: Bool {
        switch self {
        case .damaged, .missing, .lost, .foreignSegment: true
        case .newerFormat, .unknownGroup, .disk: false
        }
    }

    private static let advice =
        "Acknowledged records may be among what is lost, so this member must not vote with it. Put back a copy "
        + "of the data directory that was made after the member's last run (the others refuse an older one); "
        + "or remove the directory and start again: while a majority of the members is intact, they admit "
        + "the member anew."

    package var description: String {
        switch self {
        case .damaged(let damage):
            "\(damage). \(Self.advice)"
        case .missing(let first, let last):
            "The log lacks \(SegmentName.file(first)) to \(SegmentName.file(last)). \(Self.advice)"
        case .lost:
            "The data directory had a log and has none. \(Self.advice)"
        case .newerFormat(let segment, let version):
            "log/\(SegmentName.file(segment)) has format \(version), this version reads up to "
                + "\(SegmentHeader.formatVersion): start the newer version that wrote it."
        case .foreignSegment(let segment):
            "log/\(SegmentName.file(segment)) was written by another member, in another cluster or "
                + "in an earlier life of this directory: put the files back that belong here. "
                + Self.advice
        case .unknownGroup(let group):
            "The log holds records of group \(group.rawValue), which this version does not keep: "
                + "start the newer version that wrote it."
        case .disk(let error):
            "\(error). Mend the disk or the permissions and start again."
        }
    }
}

/// The name of a segment's file.
package enum SegmentName {
    package static let suffix = ".log"
    private static let digits = 16

    package static func file(_ number: UInt64) -> String { padded(number) + suffix }

    /// The number in a name that `file` gives, or nil.
    package static func number(_ name: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == digits + suffix.utf8.count else {
            return nil
        }
        guard let number = UInt64(name.dropLast(suffix.count), radix: 16) else { return nil }
        return file(number) == name ? number : nil
    }

    static func padded(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
