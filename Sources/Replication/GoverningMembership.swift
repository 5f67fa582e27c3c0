package import Paxos

/// A membership and the slot that decided it: it governs all later slots, up to the next one.
package struct GoverningMembership: Equatable, Sendable {
    package let slot: Slot
    package let membership: Membership

    package init(slot: Slot, membership: Membership) {
        self.slot = slot
        self.membership = membership
    }
}
