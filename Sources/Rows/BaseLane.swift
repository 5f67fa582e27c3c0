/// Operations of one lane are performed one after another; the lanes do not wait for each other.
package enum BaseLane: Int, CaseIterable, Sendable {
    /// Flushes, and snapshots made and taken.
    case writer
    case reader
}

extension BaseOperation {
    package var lane: BaseLane {
        switch self {
        case .states, .piece, .readSnapshot: .reader
        case .beginFlush, .flushChanges, .flushKeys, .finishFlush, .makeSnapshot, .dropSnapshot,
            .beginInstallation, .installBytes, .finishInstallation:
            .writer
        }
    }
}
