/// What became of a slot.
package enum ApplyProgress: Equatable, Sendable {
    /// The slot is applied.
    case applied
    /// The slot holds commands that only a newer program understands. Nothing of it was executed,
    /// and no later slot can be applied by this process.
    case upgradeNeeded
}

/// How far a slot is that is applied in pieces.
package enum SlotProgress: Equatable {
    /// It is applied.
    case ended
    /// It goes on in another turn.
    case outOfBudget
    /// It goes on when this was fetched.
    case needs(ApplyNeed)
}
