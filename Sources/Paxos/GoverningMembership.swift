/// A membership and its slot: once that is decided it governs all later slots, up to the next one (P23).
public struct GoverningMembership: Equatable, Sendable {
    public let slot: Slot
    public let membership: Membership

    public init(slot: Slot, membership: Membership) {
        self.slot = slot
        self.membership = membership
    }
}
