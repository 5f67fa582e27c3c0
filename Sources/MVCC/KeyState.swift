/// What the store knows of a key at one revision.
package struct KeyState: Equatable, Sendable {
    /// The value; empty if the key is absent.
    package var value: [UInt8]
    /// Main revision of the put that made the key, or made it again after a delete.
    package var createRevision: Int64
    /// Main revision of the newest change; of a deleted key, that of the delete.
    package var modRevision: Int64
    /// Puts since the key was made; 0 means that the key is absent.
    package var version: Int64
    /// The lease that the key is attached to, or 0.
    package var lease: Int64

    package init(
        value: [UInt8], createRevision: Int64, modRevision: Int64, version: Int64, lease: Int64
    ) {
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }

    /// The state of a key that never was.
    package static let absent = KeyState(
        value: [], createRevision: 0, modRevision: 0, version: 0, lease: 0)

    /// The state of a key deleted at main revision `revision`.
    package static func deleted(at revision: Int64) -> KeyState {
        KeyState(value: [], createRevision: 0, modRevision: revision, version: 0, lease: 0)
    }

    /// Whether the key exists in this state.
    package var exists: Bool { version != 0 }
}
