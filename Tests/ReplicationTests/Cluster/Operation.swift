import Histories

/// What a client asked for, and what it was told.
struct Operation: Equatable {
    enum Kind: Equatable {
        /// Appends the token to the value of this key.
        case append(key: Int)
        /// Puts the token as a key of its own.
        case put
        /// Reads the value of this key of appends.
        case read(key: Int)
    }

    enum Ending: Equatable {
        case waiting
        /// A write's revision.
        case written(revision: Int64)
        /// What a read saw.
        case seen(pair: Pair?, revision: Int64)
        /// It did not run.
        case refused
        /// Nobody knows.
        case unknown
    }

    let kind: Kind
    let token: [UInt8]
    /// The node that was asked, and its life.
    let node: Int
    let life: Int
    let begunAt: UInt64
    var endedAt: UInt64 = 0
    var ending = Ending.waiting
    /// How often the completion was called: once, or never if the process died.
    var answers = 0

    var isWrite: Bool { if case .read = kind { false } else { true } }

    static func key(_ number: Int) -> [UInt8] { Array("list/\(number)".utf8) }
}
