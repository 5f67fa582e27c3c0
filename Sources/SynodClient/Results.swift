/// Who answered, and when in the history of the store.
public struct ResponseInfo: Sendable, Hashable {
    /// The cluster's id.
    public var clusterID: UInt64 = 0
    /// The id of the member that answered.
    public var memberID: UInt64 = 0
    /// The store's revision: of the write itself, or newest for a read.
    public var revision: Int64 = 0
    /// The round of the ballot, where etcd says raft term.
    public var ballotRound: UInt64 = 0

    /// All zero.
    public init() {}
}

/// The answer to a put.
public struct PutResult: Sendable, Hashable {
    /// Who answered; the revision is that of the write.
    public var info: ResponseInfo
    /// The pair before, if it was asked for and existed. Of an answer above 4 KiB the servers keep no
    /// copy: the result of a write that was tried more than once may lack it.
    public var previous: KeyValue?
}

/// The answer to a read.
public struct GetResult: Sendable, Hashable {
    /// Who answered; the revision is the store's newest.
    public var info: ResponseInfo
    /// The pairs.
    public var pairs: [KeyValue]
    /// The limit cut something off.
    public var hasMore: Bool
    /// How many keys the range holds, whatever the limit.
    public var count: Int64

    /// The value of the first pair; of the key, when one was asked for.
    public var value: [UInt8]? { pairs.first?.value }
}

/// The answer to a deletion.
public struct DeleteResult: Sendable, Hashable {
    /// Who answered; the revision is that of the deletion.
    public var info: ResponseInfo
    /// How many keys were deleted.
    public var deleted: Int64
    /// The deleted pairs, if they were asked for; none if the answer was above 4 KiB and the deletion
    /// was tried more than once.
    public var previous: [KeyValue]
}

/// The answer to a transaction.
public struct TransactionResult: Sendable, Hashable {
    /// Who answered; the revision is that of the transaction's writes.
    public var info: ResponseInfo
    /// All comparisons held, and the first list was executed; else the second.
    public var succeeded: Bool
    /// One result for each operation of the executed list; none if the answer was above 4 KiB and the
    /// transaction was tried more than once.
    public var results: [OperationResult]
}

/// The answer to a read-modify-write.
public struct ModifyResult: Sendable, Hashable {
    /// Who answered.
    public var info: ResponseInfo
    /// The operation changed the key.
    public var applied: Bool
    /// The pair before; nil if the key did not exist.
    public var old: KeyValue?
    /// The pair after; nil if the key does not exist.
    public var current: KeyValue?
    /// The two pairs are not told: the answer was above 4 KiB, and the change was tried more than once.
    public var omitsPairs: Bool
}

/// What a node says of itself.
public struct StatusResult: Sendable, Hashable {
    /// Who answered.
    public var info: ResponseInfo
    /// The version of the API that the node speaks.
    public var version: String
    /// Bytes on disk.
    public var storedBytes: Int64
    /// The member that leads; 0 if none is known.
    public var leader: UInt64
    /// The round of the ballot.
    public var ballotRound: UInt64
    /// The last slot known to be decided.
    public var decidedSlot: UInt64
    /// The last slot executed.
    public var appliedSlot: UInt64
    /// The member does not vote.
    public var isLearner: Bool
    /// What is wrong, in words.
    public var errors: [String]
    /// Decided slots that a node which catches up has not applied; 0 if it is on its way as always.
    public var slotsBehind: UInt64
    /// Bytes that a node which catches up fetches and applies in a second.
    public var catchUpBytesPerSecond: UInt64
    /// Seconds until nothing is missing, at this pace; nil if no end is to be seen, or nothing is missing.
    public var catchUpSecondsLeft: UInt64?

    /// The node that answered leads.
    public var isLeader: Bool { leader != 0 && leader == info.memberID }
}

/// The answer to a change of the members, or to the question who they are.
public struct MembersResult: Sendable, Hashable {
    /// Who answered; without a revision.
    public var info: ResponseInfo
    /// The member that was added; nil if none was.
    public var member: Member?
    /// All members now.
    public var members: [Member]
}

/// A member of the cluster.
public struct Member: Sendable, Hashable {
    /// Its id.
    public var id: UInt64
    /// Its name; empty before it first started.
    public var name: String
    /// Where it serves its peers.
    public var peerURLs: [String]
    /// Where it serves clients.
    public var clientURLs: [String]
    /// It does not vote.
    public var isLearner: Bool
}

/// Something that is wrong with a member, or with the cluster.
public struct Alarm: Sendable, Hashable {
    /// What is wrong, in etcd's words.
    public enum Kind: String, Sendable {
        /// The store is full: it takes no more than deletes.
        case noSpace = "NOSPACE"
        /// Members differ: keys are neither read nor written.
        case corrupt = "CORRUPT"
    }

    /// The member that it was raised for.
    public var member: UInt64
    /// What is wrong.
    public var kind: Kind
}
