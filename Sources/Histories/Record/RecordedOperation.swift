/// One thing that a client asked of the store, and what it was told.
///
/// Whoever records keeps to three rules. What is written is unique: no two operations write the same
/// value, and no appended token is a part of another one. All keys are absent when the history begins.
/// Times are of one monotonic clock; a retry by the client library belongs to the operation that it
/// retries, whose time runs from the first try to the last answer.
package struct RecordedOperation: Sendable, Hashable {
    /// Who asked. A client asks one thing at a time.
    package var client: Int
    /// The node that was asked first.
    package var node: Int
    /// The exactly-once session and its sequence number, if the operation carried one.
    package var request: SessionRequest?
    /// How often it was sent; 1 if it was never retried.
    package var attempts: Int
    /// When it was handed to the store.
    package var begunNanoseconds: UInt64
    /// When its answer came, or when the client gave up.
    package var endedNanoseconds: UInt64
    /// What was asked.
    package var action: Action
    /// What the client was told.
    package var ending: Ending

    /// An operation that has just begun: how it ends is unknown.
    package init(
        client: Int, node: Int, action: Action, begunNanoseconds: UInt64,
        request: SessionRequest? = nil
    ) {
        self.client = client
        self.node = node
        self.request = request
        attempts = 1
        self.begunNanoseconds = begunNanoseconds
        endedNanoseconds = .max
        self.action = action
        ending = .unknown
    }

    /// Notes how it ended.
    package mutating func end(_ ending: Ending, atNanoseconds now: UInt64) {
        precondition(now >= begunNanoseconds, "an operation ends after it has begun")
        endedNanoseconds = now
        self.ending = ending
    }

    /// What it was answered; nil if it was refused, or if nobody knows.
    package var answer: Answer? {
        if case .done(let answer) = ending { answer } else { nil }
    }

    /// It ended before `other` began, so its effect must come first.
    package func precedes(_ other: RecordedOperation) -> Bool {
        endedNanoseconds < other.begunNanoseconds
    }
}
