import Paxos

/// How scenario scripts write things: short, and the same each time.
enum ScriptText {
    static func name(_ replica: ReplicaID) -> String { "n\(replica.rawValue)" }

    static func text(_ ballot: Ballot) -> String {
        ballot == .zero ? "0" : "\(ballot.round).\(name(ballot.replica))"
    }

    static func text(_ slot: Slot) -> String { "\(slot.rawValue)" }

    static func text(_ first: Slot, _ last: Slot) -> String {
        first == last ? text(first) : "\(text(first))-\(text(last))"
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .noOperation: "no-op"
        case .lead(let lead): "lead \(text(lead.ballot))"
        case .batch(let batch): "'" + String(decoding: batch.payload, as: UTF8.self) + "'"
        case .membership(let membership):
            "membership "
                + membership.seats.map { name($0.replica) + ($0.isVoter ? "" : "-") }
                .joined(separator: ",")
        case .reference: "reference"
        }
    }

    static func text(_ value: AcceptedValue) -> String {
        "\(text(value.slot)) \(text(value.value)) in \(text(value.ballot))"
    }

    static func text(_ record: DurableRecord) -> String {
        switch record {
        case .promised(let ballot): "promised \(text(ballot))"
        case .accepted(let value): "accepted \(text(value))"
        case .decided(let ballot, let upTo): "decided in \(text(ballot)) up to \(text(upTo))"
        case .learned(let slot, let value): "learned \(text(slot)) \(text(value))"
        case .truncated(let upTo): "truncated up to \(text(upTo))"
        case .configuration(let slot, _): "configuration after \(text(slot))"
        case .heard(let memory): "heard \(name(memory.replica))"
        }
    }

    static func text(_ message: Message) -> String {
        switch message {
        case .probe(let probe): "probe #\(probe.number) decided \(text(probe.decidedUpTo))"
        case .probeAnswer(let answer):
            "probe answer #\(answer.number) \(answer.wouldPromise ? "yes" : "no")"
                + " promised \(text(answer.promised))"
        case .prepare(let prepare):
            "prepare \(text(prepare.ballot)) from \(text(prepare.fromSlot))"
        case .promise(let promise): text(promise)
        case .takeOver(let order): "take over from \(text(order.ballot))"
        case .accept(let accept):
            "accept \(text(accept.ballot)) slot \(text(accept.slot)) \(text(accept.value))"
                + " decided \(text(accept.decidedUpTo))"
        case .accepted(let accepted):
            "accepted \(text(accepted.ballot)) slot \(text(accepted.first, accepted.last))"
        case .reject(let reject):
            "reject \(text(reject.ballot)) promised \(text(reject.promised))"
                + (reject.knowsLiveLeader ? " live leader" : "")
        case .removed(let removed): "removed by slot \(text(removed.slot))"
        case .retire(let retire): "retire by slot \(text(retire.slot))"
        case .decide(let decide): "decide \(text(decide.ballot)) up to \(text(decide.upTo))"
        default: lesser(message)
        }
    }

    private static func lesser(_ message: Message) -> String {
        switch message {
        case .heartbeat(let heartbeat):
            "heartbeat \(text(heartbeat.ballot))\(heartbeat.isLeader ? " leader" : "")"
                + " decided \(text(heartbeat.decidedUpTo))"
        case .heartbeatAnswer(let answer):
            "heartbeat answer promised \(text(answer.promised)) durable \(text(answer.durableUpTo))"
        case .readRound(let round): "read round \(text(round.ballot)) #\(round.number)"
        case .readRoundAnswer(let answer):
            "read round answer \(text(answer.ballot)) #\(answer.number)"
        case .readRequest(let request): "read request #\(request.counter)"
        case .readAnswer(let answer):
            "read answer #\(answer.request.counter) slot \(text(answer.slot))"
        case .catchUpRequest(let request): "catch up from \(text(request.fromSlot))"
        case .catchUpValues(let values): text(values)
        case .forward(let forward):
            "forward '\(String(decoding: forward.bundle, as: UTF8.self))' hops \(forward.hops)"
        default: "?"
        }
    }

    private static func text(_ promise: Message.Promise) -> String {
        var line = "promise \(text(promise.ballot)) chunk \(promise.chunk)"
        if promise.isLast { line += " last" }
        if promise.truncatedUpTo > .zero { line += " truncated \(text(promise.truncatedUpTo))" }
        return line + " [" + promise.values.map(text).joined(separator: ", ") + "]"
    }

    private static func text(_ values: Message.CatchUpValues) -> String {
        "values from \(text(values.fromSlot)) ["
            + values.values.map(text).joined(separator: ", ")
            + "] decided \(text(values.decidedUpTo))"
            + (values.values.isEmpty && values.truncatedUpTo > .zero
                ? " truncated up to \(text(values.truncatedUpTo))" : "")
    }

    static func text(_ notice: Effects.Notice) -> String {
        switch notice {
        case .leaderChanged(let ballot): "leader is \(ballot.map(text) ?? "unknown")"
        case .readReady(let number, let slot): "reads up to \(number) wait for slot \(text(slot))"
        case .readLog(let fromSlot, let upTo, _, let receiver):
            "asks its log for \(text(fromSlot, upTo)) for \(name(receiver))"
        case .snapshotNeeded(let replica, let slot):
            "needs a snapshot of \(name(replica)) at slot \(text(slot)) or later"
        case .dropMessages(let number): "drops the messages of boxes up to \(number)"
        case .overloaded(let bundle):
            "overloaded by '\(String(decoding: bundle, as: UTF8.self))'"
        case .changeEnded(let number, let outcome): "change #\(number) \(text(outcome))"
        case .removed(let slot): "is no member since slot \(text(slot))"
        case .retired(let slot): "may end for good, by slot \(text(slot))"
        case .fatal(let report): "STOPS: \(report)"
        }
    }

    static func text(_ outcome: ChangeOutcome) -> String {
        switch outcome {
        case .decided(let slot): "is decided in slot \(text(slot))"
        case .unknown: "may or may not be decided"
        case .refused(.newVotersBehind(let replicas)):
            "is refused: \(replicas.map(name).joined(separator: " ")) behind"
        case .refused(let refusal): "is refused: \(refusal)"
        }
    }

    static func text(_ status: PaxosCore.Status) -> String {
        "\(status.role.rawValue) leader \(status.leader.map(text) ?? "-")"
            + " promised \(text(status.promised)) decided \(text(status.decidedUpTo))"
            + " open \(status.openSlots) queue \(status.queueBytes)B tail \(status.tailBytes)B"
    }

    /// One line per message; receivers of the same message share it.
    static func lines(_ outbounds: [Effects.Outbound]) -> [String] {
        var lines: [(text: String, receivers: [String])] = []
        for outbound in outbounds where !isHeartbeat(outbound.message) {
            let line = text(outbound.message)
            if let index = lines.firstIndex(where: { $0.text == line }) {
                lines[index].receivers.append(name(outbound.receiver))
            } else {
                lines.append((line, [name(outbound.receiver)]))
            }
        }
        return lines.map { "> \($0.receivers.joined(separator: " ")): \($0.text)" }
    }

    static func isHeartbeat(_ message: Message) -> Bool {
        switch message {
        case .heartbeat, .heartbeatAnswer: true
        default: false
        }
    }
}
