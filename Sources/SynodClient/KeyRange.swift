internal import Basics

/// Which keys a read or a deletion is about.
public enum KeyRange: Sendable, Hashable {
    /// This key alone.
    case key([UInt8])
    /// All keys that begin with these bytes.
    case prefix([UInt8])
    /// All keys from the first to just below the second.
    case range(from: [UInt8], to: [UInt8])
    /// All keys from this one on.
    case from([UInt8])
    /// All keys.
    case all

    /// The key and the range end as the wire carries them; the end \0 means no end.
    var wire: (key: [UInt8], end: [UInt8]) {
        switch self {
        case .key(let key): (key, [])
        case .range(let from, let to): (from, to)
        case .from(let key): (key.isEmpty ? [0] : key, [0])
        case .all: ([0], [0])
        case .prefix(let prefix):
            prefix.isEmpty ? ([0], [0]) : (prefix, prefix.firstBeyondPrefix ?? [0])
        }
    }
}
