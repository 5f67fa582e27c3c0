internal import Paxos

/// A history for people: one line for each event.
enum HistoryText {
    /// What a message says, and to whom.
    static func line(_ envelope: Envelope) -> String {
        "n\(envelope.receiver + 1)  hears n\(envelope.sender + 1): \(text(envelope.message))"
    }

    /// An event that is no message.
    static func line(_ event: Event) -> String {
        switch event {
        case .deliver(let message): "message \(message)"
        case .flush(let node): "n\(node + 1)  its oldest box is durable"
        case .stand(let node): "n\(node + 1)  stands"
        case .propose(let node): "n\(node + 1)  is given a bundle"
        case .timeOut(let node): "n\(node + 1)  its time-outs end"
        case .crash(let node): "n\(node + 1)  dies and is born again"
        }
    }

    /// A value in a word.
    static func text(_ value: Value) -> String {
        switch value {
        case .noOperation: "no-op"
        case .lead(let lead): "Lead(\(text(lead.ballot)))"
        case .batch(let batch): "batch\(batch.payload)"
        case .membership, .reference: "\(value)"
        }
    }

    private static func text(_ message: Message) -> String {
        switch message {
        case .prepare(let prepare): "Prepare \(text(prepare.ballot)) from \(prepare.fromSlot)"
        case .promise(let promise): text(promise)
        case .accept(let accept):
            "Accept \(text(accept.ballot)) \(accept.slot) \(text(accept.value)),"
                + " decided up to \(accept.decidedUpTo.rawValue)"
        case .accepted(let accepted):
            "Accepted \(text(accepted.ballot)) slots \(accepted.first.rawValue)"
                + "...\(accepted.last.rawValue)"
        case .reject(let reject):
            "Reject \(text(reject.ballot)), promised \(text(reject.promised))"
        case .decide(let decide): "Decide \(text(decide.ballot)) up to \(decide.upTo.rawValue)"
        case .catchUpRequest(let request): "asks for values from \(request.fromSlot)"
        case .catchUpValues(let answer):
            "values from \(answer.fromSlot): " + answer.values.map(text).joined(separator: ", ")
        default: "\(message)"
        }
    }

    private static func text(_ promise: Message.Promise) -> String {
        let values = promise.values.map { ", \($0.slot) \(text($0.ballot)) \(text($0.value))" }
        return "Promise \(text(promise.ballot)), decided up to \(promise.decidedUpTo.rawValue)"
            + values.joined()
    }

    private static func text(_ ballot: Ballot) -> String {
        "\(ballot.round).n\(ballot.replica.rawValue)"
    }
}
