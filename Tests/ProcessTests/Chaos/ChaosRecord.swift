/// What a client did and was told.
struct ChaosWrite: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// A key that is written once only.
        case put(key: String, value: String)
        /// A word, unique in all the run, at the end of a key that many write.
        case append(key: String, word: String)
    }

    enum Outcome: Sendable, Equatable {
        /// Done, at this revision, as the member with this id said.
        case acknowledged(revision: Int64, member: UInt64)
        /// Certainly not done.
        case refused
        /// Perhaps done.
        case unknown
    }

    let client: Int
    let kind: Kind
    /// In nanoseconds of one monotonic clock.
    let startedAt: UInt64
    let endedAt: UInt64
    let outcome: Outcome

    var revision: Int64? {
        if case .acknowledged(let revision, _) = outcome { revision } else { nil }
    }
}

/// A linearizable read of a key that is appended to.
struct ChaosRead: Sendable, Equatable {
    let key: String
    let words: [String]
    let startedAt: UInt64
    let endedAt: UInt64
}

/// A stored pair as one node shows it after the run.
struct ChaosPair: Sendable, Equatable {
    let value: String
    let modRevision: Int64
    /// How often the key was written.
    let version: Int64
}

/// All that one node shows after the run.
struct ChaosView: Sendable, Equatable {
    let node: String
    var pairs: [String: ChaosPair]
}

/// A whole run.
struct ChaosHistory: Sendable, Equatable {
    var writes: [ChaosWrite] = []
    var reads: [ChaosRead] = []

    var acknowledged: Int { writes.count { $0.revision != nil } }
    /// The acknowledged writes by the id of the member that answered.
    var acknowledgedByMember: [UInt64: Int] {
        writes.reduce(into: [:]) { counts, write in
            if case .acknowledged(_, let member) = write.outcome { counts[member, default: 0] += 1 }
        }
    }
    var unknown: Int { writes.count { $0.outcome == .unknown } }
}
