/// What became of a slot.
package enum ApplyProgress: Equatable, Sendable {
    /// The slot is applied.
    case applied
    /// The slot holds commands that only a newer program understands. Nothing of it was executed,
    /// and no later slot can be applied by this process.
    case upgradeNeeded
}
