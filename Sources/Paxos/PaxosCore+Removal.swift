internal import Basics

/// Those that left: they vote no more, go on answering, and end when nobody needs them (P24).
extension PaxosCore {
    // MARK: Who left

    /// This replica votes no more. It goes on answering: others may need to hear what it accepted.
    mutating func noteRemoval(by slot: Slot, into effects: inout Effects) {
        guard slot > removedBy ?? .zero else { return }
        removedBy = slot
        effects.notices.append(.removed(by: slot))
        if breaks(.oldMembersGoneTooEarly) { retire(by: slot, into: &effects) }
    }

    /// "That slot is decided, and you are no member since": whoever says so has decided it.
    mutating func receive(_ removed: Message.Removed, into effects: inout Effects) {
        guard removed.slot > configurationSlot, removed.slot > learner.decidedUpTo else { return }
        ownMarks.hit(.removalHeard)
        noteRemoval(by: removed.slot, into: &effects)
        if proposer != nil { abandonCandidacy(into: &effects) }
        if leader != nil { stepDown() }
    }

    /// Whether this replica was told that it is no member any more, by a slot that it does not know itself.
    var isToldRemoved: Bool { removedBy.map { $0 > configurationSlot } ?? false }

    /// "And a quorum of the voters since then has all that you could be asked for." A newcomer that has no seat yet
    /// may hear that, too; it is not meant.
    mutating func receive(_ retire: Message.Retire, into effects: inout Effects) {
        guard let seatedSince, retire.slot > seatedSince, retire.slot >= configurationSlot else {
            return
        }
        noteRemoval(by: retire.slot, into: &effects)
        self.retire(by: retire.slot, into: &effects)
    }

    private mutating func retire(by slot: Slot, into effects: inout Effects) {
        guard !isRetired else { return }
        isRetired = true
        ownMarks.hit(.retired)
        effects.notices.append(.retired(by: slot))
    }

    // MARK: Who stays

    /// The newest membership that is known here durably to be decided, by its slot: with it, all that was decided
    /// before is durable here. Zero while it is on its way to the disk.
    var durableConfigurationSlot: Slot {
        outbox.durableBox >= configurationBox ? configurationSlot : .zero
    }

    /// Whoever left is needed until a quorum of the voters that came after it knows durably that they are, and all
    /// that was decided before. Once that is so it stays so: whoever knows it may say it, and need not lead. Who was
    /// away when it was removed may know no member that leads.
    mutating func retireIfSettled(_ replica: ReplicaID, into effects: inout Effects) {
        guard configurationSlot > .zero else { return }
        let own = ownVoter != nil && durableConfigurationSlot == configurationSlot ? 1 : 0
        let settled = peers.indices.count {
            peers[$0].voter != nil && peers[$0].configurationSlot >= configurationSlot
        }
        guard own + settled >= quorum.size else { return }
        ownMarks.hit(.retirementTold)
        let retire = Message.Retire(slot: configurationSlot)
        effects.messages.append(Effects.Outbound(to: replica, .retire(retire)))
    }
}
