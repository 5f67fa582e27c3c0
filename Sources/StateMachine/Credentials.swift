/// On whose behalf a command runs.
package struct Credentials: Equatable, Sendable {
    package var user: String
    /// The revision of the rights that the door checked against.
    package var authRevision: UInt64

    package init(user: String, authRevision: UInt64) {
        self.user = user
        self.authRevision = authRevision
    }
}
