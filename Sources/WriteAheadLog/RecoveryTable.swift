/// What stands where a batch should begin.
package enum Finding: String, CaseIterable, Sendable {
    /// Header and payload right, number and chain as expected.
    case whole = "a whole batch"
    /// The header's sector is as it was before the segment began.
    case unwritten = "nothing"
    /// The header is right, and a sector that the write should have brought is as it was before the segment began.
    case torn = "a torn batch"
    /// The header is right, the payload is not, and no sector is missing.
    case wrongSum = "a batch whose checksum is wrong"
    /// Neither zero nor right, though a sector is written whole or not at all.
    case badHeader = "a damaged batch header"
    /// Right, but not what belongs here: another number, another chain, beyond the named end.
    case foreign = "a batch that does not belong there"
    /// The checksums are right and the contents are not.
    case undecodable = "a batch of unknown contents"
}

/// Where it stands.
package enum Place: String, CaseIterable, Sendable {
    /// Before the end that the next segment's header names.
    case closed
    /// In the last segment, and a right header of a later batch stands further on.
    case followed
    /// In the last segment, and nothing follows.
    case last
}

/// What recovery does about it.
package enum RecoveryAction: Sendable {
    /// Fold its records and go on behind it.
    case keep
    /// The log ends here.
    case end
    /// The log ends here; a write that was never acknowledged left something.
    case cut
    /// Acknowledged records are damaged: no vote under this incarnation.
    case refuse
}

/// The whole of what recovery decides: findings × places, without a default.
package enum RecoveryTable {
    package static func action(_ finding: Finding, _ place: Place) -> RecoveryAction {
        switch (finding, place) {
        case (.whole, .closed), (.whole, .followed), (.whole, .last): .keep
        case (.unwritten, .last): .end
        case (.torn, .last): .cut
        case (.unwritten, .closed), (.unwritten, .followed): .refuse
        case (.torn, .closed), (.torn, .followed): .refuse
        case (.wrongSum, .closed), (.wrongSum, .followed), (.wrongSum, .last): .refuse
        case (.badHeader, .closed), (.badHeader, .followed), (.badHeader, .last): .refuse
        case (.foreign, .closed), (.foreign, .followed), (.foreign, .last): .refuse
        case (.undecodable, .closed), (.undecodable, .followed), (.undecodable, .last): .refuse
        }
    }
}
