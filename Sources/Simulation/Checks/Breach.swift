/// Something that must never happen, and did.
package struct Breach: Equatable, Sendable, CustomStringConvertible {
    /// What was broken.
    package enum Rule: String, CaseIterable, Sendable {
        /// Two values were announced for one slot.
        case agreement = "agreement"
        /// A rule of docs/Protocol.md about one core.
        case coreInvariant = "core-invariant"
        /// A message left before its record was durable.
        case durableBeforeSent = "durable-before-sent"
        /// A replica voted below a promise that it had given.
        case promiseKept = "promise-kept"
        /// What was durable was not there after a restart.
        case recovery = "recovery"
        /// Equal slots gave different states.
        case sameState = "same-state"
        /// A frame with flipped bits was taken, or a good one was not.
        case frameCheck = "frame-check"
        /// A process ended itself, or refused its directory, without a reason that was given to it.
        case needlessHalt = "needless-halt"
        /// The cluster did not form, serve, or catch up when it should have.
        case liveness = "liveness"
        /// What a transaction has written could be read before it ended.
        case halfVisible = "half-visible"
        /// The loop waited for a disk.
        case loopHeldUp = "loop-held-up"
        /// A client was told something that cannot be; the detail names the rule of Histories.
        case clients = "clients"
        /// A backup was older than asked for, or not the state that it says, or a new cluster of it could fool
        /// who watched the old one.
        case backup = "backup"
        /// Room that is kept for a full disk was used before anybody was told that there is none.
        case reserve = "reserve"
        /// A watch was told something that etcd's promises exclude.
        case watches = "watches"
        /// A lease ended before its time, or not at all, or its client was told what is not so.
        case leases = "leases"
        /// Somebody did what it may not, or was refused what it may.
        case rights = "rights"
        /// Two runs of one seed gave two histories.
        case determinism = "determinism"
        /// The program ended itself.
        case trap = "trap"
    }

    package let rule: Rule
    package let detail: String
    package let atMicroseconds: UInt64

    package init(rule: Rule, detail: String, atMicroseconds: UInt64) {
        self.rule = rule
        self.detail = detail
        self.atMicroseconds = atMicroseconds
    }

    package var description: String {
        "\(rule.rawValue) at \(atMicroseconds) µs: \(detail)"
    }
}
