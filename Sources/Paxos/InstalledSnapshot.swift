/// What a core must know of a snapshot that took the place of the caller's state.
public struct InstalledSnapshot: Equatable, Sendable {
    /// The state has every slot up to here, and none above.
    public let slot: Slot
    /// What governs after it.
    public let governing: GoverningMembership
    /// The log time of the state, in milliseconds.
    public let logTimeMilliseconds: UInt64

    public init(slot: Slot, governing: GoverningMembership, logTimeMilliseconds: UInt64) {
        precondition(governing.slot <= slot, "a membership governs when it is decided")
        self.slot = slot
        self.governing = governing
        self.logTimeMilliseconds = logTimeMilliseconds
    }
}
