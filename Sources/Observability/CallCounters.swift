/// Counts how the calls of one gRPC method ended. The series of a status appears with its first call,
/// except for OK, which is there from the start.
package final class CallCounters {
    /// The names of the status codes 0 to 16, as Go's gRPC writes them: dashboards look for these.
    private static let codeNames = [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
        "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
        "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ]
    private static let unknown = 2

    /// Calls that began.
    package let started: Counter
    /// Messages of streams that came, and that were sent. A unary call has one when it begins, and one when it succeeds.
    package let messagesReceived: Counter
    package let messagesSent: Counter
    /// How long they took; nil while nobody wants to know.
    package let time: Histogram?
    private let family: MetricFamily<Counter>
    private let service: String
    private let method: String
    private let kind: CallKind
    private let succeeded: Counter
    private var failed: [Counter?]

    init(
        started: Counter, family: MetricFamily<Counter>, messages: MessageFamilies,
        time: Histogram?, service: String, method: String, kind: CallKind
    ) {
        self.started = started
        self.family = family
        self.time = time
        self.service = service
        self.method = method
        self.kind = kind
        succeeded = family.labelled("OK", method, service, kind.rawValue)
        let labels = [method, service, kind.rawValue]
        if kind == .unary {
            (messagesReceived, messagesSent) = (started, succeeded)
            messages.received.show(started, labelled: labels)
            messages.sent.show(succeeded, labelled: labels)
        } else {
            messagesReceived = messages.received.labelled(labels)
            messagesSent = messages.sent.labelled(labels)
        }
        failed = Array(repeating: nil, count: CallCounters.codeNames.count)
    }

    /// Counts one call that ended with gRPC's status `code`; a code that gRPC does not know counts as
    /// Unknown.
    package func handled(code: Int) {
        if code == 0 { return succeeded.increment() }
        let index = failed.indices.contains(code) ? code : CallCounters.unknown
        if failed[index] == nil {
            let name = CallCounters.codeNames[index]
            failed[index] = family.labelled(name, method, service, kind.rawValue)
        }
        failed[index]?.increment()
    }
}
