/// One change of a key, as watchers see it.
package struct Change: Equatable, Sendable {
    /// When, and in which place of its request.
    package let revision: Revision
    package let key: [UInt8]
    /// The key after the change; nil if it was deleted.
    package let state: KeyState?
    /// The key before the change; nil if it was absent, or if that revision is compacted.
    package let previous: KeyState?

    package init(revision: Revision, key: [UInt8], state: KeyState?, previous: KeyState?) {
        self.revision = revision
        self.key = key
        self.state = state
        self.previous = previous
    }

    /// What its key and values take.
    var byteCount: Int {
        key.count + (state?.value.count ?? 0) + (previous?.value.count ?? 0)
    }
}
