internal import Paxos

/// Which roles of a server die at random, and when: the value of `--chaos`.
///
///     acceptor=mean:20s,down:2s,learner=mean:1m,seed:7,amnesia
///     all=mean:5s
struct ChaosPlan: Sendable, Equatable, CustomStringConvertible {
    /// The deaths of one role. The time until the next one is exponentially distributed.
    struct Deaths: Sendable, Equatable {
        var meanMilliseconds: UInt64 = 20_000
        var downMilliseconds: UInt64 = 2_000
    }

    /// By role, in the order of `Role.allCases`.
    private(set) var deaths: [Role: Deaths] = [:]
    /// Makes the same deaths again, as far as the machine lets it; drawn at the start if not given.
    private(set) var seed: UInt64?
    /// Acceptors come back without their memory, and without a vote therefore.
    private(set) var hasAmnesia = false

    private static let milliseconds: ClosedRange<UInt64> = 1...86_400_000

    /// How it is written, for the help and for complaints.
    static let grammar =
        "ROLE=mean:TIME,down:TIME,... with ROLE proposer, acceptor, learner or all; and seed:N, amnesia"

    /// Reads the value of the flag or variable `source`.
    init(_ text: String, source: String) throws(UsageError) {
        var current: [Role] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var word = part.trimmed
            if let equals = word.firstIndex(of: "=") {
                current = try Self.roles(word[..<equals], source: source)
                for role in current {
                    guard deaths[role] == nil else {
                        throw Self.complaint(source, "\(role) is given twice")
                    }
                    deaths[role] = Deaths()
                }
                word = word[word.index(after: equals)...]
            }
            try take(word, for: current, source: source)
        }
        guard !deaths.isEmpty else { throw Self.complaint(source, "no role is named") }
    }

    /// The names of the roles that die.
    var roleNames: [String] { Role.allCases.filter { deaths[$0] != nil }.map(\.rawValue) }

    /// In the form of the flag, with all that is not said.
    var description: String {
        var parts = Role.allCases.compactMap { role in
            deaths[role].map {
                "\(role.rawValue)=mean:\(DurationText.text(milliseconds: $0.meanMilliseconds))"
                    + ",down:\(DurationText.text(milliseconds: $0.downMilliseconds))"
            }
        }
        if let seed { parts.append("seed:\(seed)") }
        if hasAmnesia { parts.append("amnesia") }
        return parts.joined(separator: ",")
    }

    private mutating func take(
        _ word: Substring, for roles: [Role], source: String
    ) throws(UsageError) {
        if word == "amnesia" {
            hasAmnesia = true
            return
        }
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Self.complaint(source, "\"\(word)\" makes no sense") }
        switch parts[0] {
        case "seed":
            guard let number = UInt64(parts[1]) else {
                throw Self.complaint(source, "\"\(word)\" is no seed")
            }
            seed = number
        case "mean", "down":
            guard !roles.isEmpty else {
                throw Self.complaint(source, "\"\(word)\" stands before any role")
            }
            guard let time = DurationText.milliseconds(parts[1]), Self.milliseconds.contains(time)
            else { throw Self.complaint(source, "\"\(word)\" needs a time from 1ms to 24h") }
            for role in roles {
                if parts[0] == "mean" { deaths[role]?.meanMilliseconds = time }
                if parts[0] == "down" { deaths[role]?.downMilliseconds = time }
            }
        default:
            throw Self.complaint(source, "\"\(word)\" makes no sense")
        }
    }

    private static func roles(
        _ word: Substring, source: String
    ) throws(UsageError) -> [Role] {
        if word == "all" { return Role.allCases }
        guard let role = Role(rawValue: String(word)) else {
            throw complaint(source, "there is no role \"\(word)\"")
        }
        return [role]
    }

    private static func complaint(_ source: String, _ why: String) -> UsageError {
        UsageError("\(source): \(why); write \(grammar)")
    }
}
