internal import Paxos

extension Effects {
    /// Whether there is nothing to be done.
    var isEmpty: Bool {
        messages.isEmpty && boxes.isEmpty && decided.isEmpty && notices.isEmpty
    }
}
