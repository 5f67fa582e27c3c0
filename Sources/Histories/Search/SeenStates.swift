/// The states that the steps of a key ask for, and with them everything that was seen of its writes.
struct SeenStates {
    private let table: StateTable
    private let states: Set<Int>
    /// The values that are not the beginning of another one; none if nothing is ever appended.
    private let longest: [[UInt8]]
    /// Some step asks that the state be not something.
    let hasNegatedTests: Bool

    init(_ steps: [KeyStep], _ table: StateTable) {
        self.table = table
        let tests = steps.flatMap(\.variants).flatMap(\.tests)
        states = Set(tests.flatMap { [$0.first, $0.second] })
        hasNegatedTests = tests.contains(where: \.isNegated)
        longest = steps.contains(where: \.appends) ? Self.longest(states.sorted(), table) : []
    }

    /// Whether the effect can be a part of what somebody saw.
    func contains(_ effect: KeyStep.Effect) -> Bool {
        switch effect {
        case .none: false
        // What is appended to nothing is seen with nothing before it.
        case .set(StateTable.absent): states.contains(StateTable.absent) || !longest.isEmpty
        case .set(let state) where state <= StateTable.unseen: states.contains(state)
        case .set(let state):
            states.contains(state)
                || longest.contains { $0.starts(with: table.value(state)) }
        case .append(let token):
            longest.contains { Self.contains($0, table.value(token)) }
        }
    }

    /// Whether a value is the beginning of what somebody saw. To be asked of keys with appends.
    func hasBeginning(_ value: [UInt8]) -> Bool { longest.contains { $0.starts(with: value) } }

    private static func longest(_ states: [Int], _ table: StateTable) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        for value in states.map(table.value).sorted(by: { $0.count > $1.count })
        where !kept.contains(where: { $0.starts(with: value) }) { kept.append(value) }
        return kept
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard !part.isEmpty, part.count <= bytes.count else { return part.isEmpty }
        return (0...bytes.count - part.count).contains { start in
            bytes[start] == part[0] && bytes[start...].starts(with: part)
        }
    }
}
