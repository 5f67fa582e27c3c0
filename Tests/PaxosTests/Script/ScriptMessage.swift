import Paxos

/// Messages that a script makes up:
///
///     prepare 7.n3 from 1
///     accept 7.n3 slot 4 WORD|reference decided 3
///     accepted 7.n3 slot 4
///     decide 7.n3 4
///     round-answer 7.n3 2
enum ScriptMessage {
    static func parse(_ words: ArraySlice<String>) -> Message? {
        let words = Array(words)
        guard words.count >= 2, let ballot = ballot(words[1]) else { return nil }
        let numbers = words.dropFirst(2).compactMap { UInt64($0) }
        switch words[0] {
        case "prepare":
            return .prepare(Message.Prepare(ballot: ballot, fromSlot: Slot(numbers[0])))
        case "accept":
            return .accept(
                Message.Accept(
                    ballot: ballot, slot: Slot(numbers[0]), decidedUpTo: Slot(numbers[1]),
                    value: value(words[4])))
        case "accepted":
            let slot = Slot(numbers[0])
            return .accepted(Message.Accepted(ballot: ballot, first: slot, last: slot))
        case "decide": return .decide(Message.Decide(ballot: ballot, upTo: Slot(numbers[0])))
        case "round-answer":
            return .readRoundAnswer(Message.ReadRoundAnswer(ballot: ballot, number: numbers[0]))
        default: return nil
        }
    }

    private static func ballot(_ word: String) -> Ballot? {
        let parts = word.split(separator: ".")
        guard parts.count == 2, let round = UInt64(parts[0]),
            let index = ScriptInterpreter.index(parts[1])
        else { return nil }
        return Ballot(
            round: round, replica: ReplicaID(UInt64(index) + 1),
            incarnation: Incarnation(UInt64(index) + 101))
    }

    private static func value(_ word: String) -> Value {
        switch word {
        case "reference":
            .reference(Value.Reference(digest: Array(repeating: 7, count: 32), byteCount: 9))
        default: .batch(Value.Batch(logTimeMilliseconds: 0, payload: Array((word + ";").utf8)))
        }
    }
}
