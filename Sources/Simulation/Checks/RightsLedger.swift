internal import StateMachine

/// What was answered of rights, held against what users can do (*DeniedAfterRevoke*): a command that is sent after the
/// end of a right, or of a password, was answered must not be executed by it; one that is sent after a right was given
/// must not be refused for want of it.
final class RightsLedger {
    /// An order of the operator.
    struct Change {
        let begunAtMicroseconds: UInt64
        /// Whether the guests may write from then on; nil: their password is another one.
        let permits: Bool?
        /// The revision of rights that it carries; nil: it has reached no node.
        var carriedRevision: UInt64?
        /// Its client does not wait any more.
        var isConcluded = false
        /// Nil: nobody knows whether it has come about, or when.
        var answeredAtMicroseconds: UInt64?
        /// It has changed the revision: nothing that carries the one of before comes about any more.
        var hasChanged = false
    }

    /// A command of a guest.
    struct Try {
        let sentAtMicroseconds: UInt64
        /// When its token had been issued, at the latest.
        let tokenAtMicroseconds: UInt64
    }

    private unowned let world: World
    private var changes: [Change] = []
    /// What was counted, for those who look whether anything was checked at all.
    private(set) var executedCount = 0
    private(set) var deniedCount = 0

    init(_ world: World) { self.world = world }

    var now: UInt64 { world.timeline.nowMicroseconds }

    /// An order is on its way; its place.
    func begin(permits: Bool?) -> Int {
        changes.append(Change(begunAtMicroseconds: now, permits: permits))
        return changes.count - 1
    }

    func carried(_ place: Int, revision: UInt64) { changes[place].carriedRevision = revision }

    /// The client of an order has its answer, or waits no longer.
    func concluded(_ place: Int, isSo: Bool, hasChanged: Bool) {
        changes[place].isConcluded = true
        changes[place].hasChanged = hasChanged
        if isSo { changes[place].answeredAtMicroseconds = now }
    }

    func executed(_ attempt: Try) {
        executedCount += 1
        if !mayBe(true, attempt) {
            world.note(.rights, "a command was executed after its right had been taken away")
        }
        let isOver = changes.contains { change in
            guard change.permits == nil, let answered = change.answeredAtMicroseconds else {
                return false
            }
            return change.begunAtMicroseconds > attempt.tokenAtMicroseconds
                && answered < attempt.sentAtMicroseconds
        }
        if isOver { world.note(.rights, "a command was executed with a token of an old password") }
    }

    func denied(_ attempt: Try) {
        deniedCount += 1
        if !mayBe(false, attempt) {
            world.note(.rights, "a command was refused after its right had been given")
        }
    }

    /// Whether the right may have been so at some moment between a command's sending and now. Orders come one after
    /// another; one of which nobody knows may come about at any later time.
    private func mayBe(_ permits: Bool, _ attempt: Try) -> Bool {
        let known = changes.lastIndex { change in
            guard change.permits != nil, let answered = change.answeredAtMicroseconds else {
                return false
            }
            return answered < attempt.sentAtMicroseconds
        }
        guard let known else { return true }
        if changes[known].permits == permits { return true }
        // Those before it that nobody knows of may still come about, and those after it may have.
        return changes.contains { change in
            guard change.permits == permits else { return false }
            guard let answered = change.answeredAtMicroseconds else {
                return mayComeAbout(change, after: attempt.sentAtMicroseconds)
            }
            return answered >= attempt.sentAtMicroseconds
        }
    }

    /// Whether an order without an answer may come about after a moment: not if another one, answered before, has
    /// changed the revision that it carries.
    private func mayComeAbout(_ change: Change, after microseconds: UInt64) -> Bool {
        guard let carried = change.carriedRevision else { return !change.isConcluded }
        return !changes.contains { other in
            guard other.hasChanged, let answered = other.answeredAtMicroseconds,
                let revision = other.carriedRevision
            else { return false }
            return answered < microseconds && revision >= carried
        }
    }
}
