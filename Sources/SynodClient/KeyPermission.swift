internal import EtcdMessages

/// What a user may do with some keys.
public struct KeyPermission: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable { case read, write, readwrite }

    public var kind: Kind
    public var key: [UInt8]
    /// As in requests: empty for the key alone, a zero byte for everything from it on.
    public var rangeEnd: [UInt8]

    public init(_ kind: Kind, key: [UInt8], rangeEnd: [UInt8] = []) {
        (self.kind, self.key, self.rangeEnd) = (kind, key, rangeEnd)
    }
}

extension KeyPermission {
    init(_ permission: Permission) {
        let kind: Kind =
            switch permission.permType {
            case .write: .write
            case .readwrite: .readwrite
            case .read, .UNRECOGNIZED: .read
            }
        self.init(kind, key: permission.key, rangeEnd: permission.rangeEnd)
    }
}

extension KeyPermission.Kind {
    var wire: Permission.TypeEnum {
        switch self {
        case .read: .read
        case .write: .write
        case .readwrite: .readwrite
        }
    }
}
