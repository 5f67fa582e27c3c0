/// Operations of one lane are performed one after another; the lanes do not wait for each other.
package enum BaseLane: Int, CaseIterable, Sendable {
    /// Flushes.
    case writer
    /// Snapshots made and taken, and passes over all there is: they read and write much, and no flush waits for them.
    case snapshots
    case reader
}

extension BaseOperation {
    package var lane: BaseLane {
        switch self {
        case .states, .piece, .firstChange, .changes, .readSnapshot: .reader
        case .beginFlush, .flushRows, .finishFlush: .writer
        case .makeSnapshot, .dropSnapshot, .beginInstallation, .installBytes,
            .finishInstallation, .scrub:
            .snapshots
        }
    }

    var isScrub: Bool { if case .scrub = self { true } else { false } }
}
