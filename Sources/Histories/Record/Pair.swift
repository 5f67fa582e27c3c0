/// A stored pair without its key, as the store showed it.
package struct Pair: Sendable, Hashable {
    package var value: [UInt8]
    /// When the key was made.
    package var createRevision: Int64
    /// When it was last changed.
    package var modRevision: Int64
    /// How often it was written since it was made.
    package var version: Int64

    package init(value: [UInt8], createRevision: Int64, modRevision: Int64, version: Int64) {
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
    }
}
