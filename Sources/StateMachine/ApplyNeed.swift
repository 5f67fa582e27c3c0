package import MVCC

/// What only the base knows of, and a command cannot go on without.
package enum ApplyNeed: Equatable {
    /// The newest states of keys.
    case states([[UInt8]])
    /// A part of an interval.
    case piece(PieceNeeded)
    /// The first change from a main revision on.
    case firstChange(from: Int64)
}

/// What the base said.
package enum ApplySupply {
    case states([KeyState?])
    case piece(KeyPiece)
    case firstChange(FlushedChange?)
}

/// What was fetched for a command, until it is used: once, for what it was fetched for, and not if the base has
/// changed since.
struct FetchedSupply {
    let need: ApplyNeed
    let supply: ApplySupply
    let generation: UInt64
}

/// What a command that is under way has for one step: how much it may do, and what was fetched for it.
struct ApplyStep {
    var budget: ApplyBudget
    var fetched: FetchedSupply?

    /// What was fetched for `need`; nil if it has to be fetched, perhaps again.
    mutating func take(_ need: ApplyNeed, _ keyspace: Keyspace) -> ApplySupply? {
        guard let fetched, fetched.need == need else { return nil }
        self.fetched = nil
        return fetched.generation == keyspace.baseGeneration ? fetched.supply : nil
    }

    mutating func take(_ needed: PieceNeeded, _ keyspace: Keyspace) -> KeyPiece? {
        guard case .piece(let piece)? = take(.piece(needed), keyspace) else { return nil }
        return piece
    }

    /// Keys that may be looked at: of a piece that was fetched all, lest a part of it is fetched again.
    func keysMax(with piece: KeyPiece?) -> Int {
        piece == nil ? min(budget.keys, Limits.rangePieceKeys) : Limits.rangePieceKeys
    }
}

/// How a step ended.
enum StepEnd {
    case ended
    case outOfBudget
    case needs(ApplyNeed)
}
