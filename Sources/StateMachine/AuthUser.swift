/// A user, as all replicas know it. Names are compared as bytes.
package struct AuthUser: Equatable, Sendable {
    package let name: [UInt8]
    /// Nobody logs in with a password; a certificate's name may say who it is.
    package let hasNoPassword: Bool
    /// As `crypt` writes it; empty with `hasNoPassword`.
    package internal(set) var passwordHash: String
    /// The table's revision when the user was made or got this password: tokens from before are void.
    package internal(set) var passwordRevision: UInt64
    /// In byte order.
    package internal(set) var roles: [[UInt8]] = []

    /// Whether everything is permitted.
    package var isRoot: Bool { roles.contains(AuthTable.root) }
}

/// A role: what whoever has it may do.
package struct AuthRole: Equatable, Sendable {
    package let name: [UInt8]
    /// By key and range end; one of each at most.
    package internal(set) var permissions: [AuthPermission] = []
}

/// What is permitted on some keys.
package struct AuthPermission: Equatable, Sendable {
    /// The numbers are in the base's rows.
    package enum Kind: UInt8, Sendable {
        case read = 0
        case write = 1
        case readWrite = 2
    }

    package internal(set) var kind: Kind
    package let key: [UInt8]
    package let rangeEnd: [UInt8]

    /// What the role `root` permits.
    package static let everything = AuthPermission(kind: .readWrite, key: [], rangeEnd: [0])
}

/// A token that somebody got, at whatever node. Of its secret only the digest is known.
package struct IssuedToken: Equatable, Sendable {
    package let user: [UInt8]
    package let digest: [UInt8]
    /// The table's revision when it was issued.
    package let revision: UInt64
    /// The slot that issued it: part of the token.
    package let slot: UInt64

    package init(user: [UInt8], digest: [UInt8], revision: UInt64, slot: UInt64) {
        (self.user, self.digest) = (user, digest)
        (self.revision, self.slot) = (revision, slot)
    }
}
