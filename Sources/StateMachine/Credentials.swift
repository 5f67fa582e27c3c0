/// On whose behalf a command runs.
package struct Credentials: Equatable, Sendable {
    /// The name, which is compared as bytes.
    package var user: [UInt8]
    /// The revision of the rights that the door looked them up at.
    package var authRevision: UInt64

    package init(user: [UInt8], authRevision: UInt64) {
        self.user = user
        self.authRevision = authRevision
    }
}

/// The same in a command in borrowed memory.
package struct CredentialsView {
    package let user: UnsafeRawBufferPointer
    package let authRevision: UInt64

    /// A copy that can be kept.
    package var copy: Credentials { Credentials(user: Array(user), authRevision: authRevision) }
}
