internal import MVCC

/// A slot that is being applied, and how far it is.
struct OpenSlot {
    /// A bundle some of whose commands are still to be executed.
    struct Bundle {
        /// Where it begins in the batch.
        let offset: Int
        let origin: Origin
        /// The row of its origin.
        let row: Int
        let isLocal: Bool
        /// Where its next command begins.
        var nextCommand = 0
    }

    let batchPayload: [UInt8]
    /// Some bundle of it has not the documented form, and is skipped.
    let hasBadBundle: Bool
    /// Commands of this process life get outcomes.
    let localOrigin: Origin?

    var nextBundle = 0
    var bundle: Bundle?
    /// The command that is under way, if it has not ended yet.
    var command: OpenCommand?
    var fetched: FetchedSupply?
    /// Commands that were begun.
    var commandCount = 0
    /// Up to this one the keys that commands name are in memory, and stay.
    var preparedCount = 0
}

/// A command that takes more than one step.
struct OpenCommand {
    let sequence: UInt64
    let work: OpenWork
    /// Where its result is kept; nil without a session.
    let session: SessionPlace?
}

/// Where the first result of a command with a session is kept.
struct SessionPlace {
    let place: Int
    let sequence: UInt64
    let kind: CommandKind
    let requestChecksum: UInt32
}

/// What a command that takes more than one step does.
enum OpenWork {
    case deleteRange(DeleteExecution)
    case txn(TxnExecution)
    case compaction(CompactionExecution)
    case revoke(RevokeExecution)
}

/// What the beginning of a command came to.
enum CommandStart {
    case ended(Outcome)
    case open(OpenWork)
}
