internal import MVCC

/// What has happened, one line per event, in columns: when, at which node, what, and what about it. The
/// digest covers every event whether lines are wanted or not: equal digests, equal histories.
package final class Trace {
    /// The first column after the node: what kind of thing happened.
    package enum Event: UInt64, CaseIterable {
        case start = 1, started, recover, crash, halt, refuse, turn
        case connect, disconnect, hello, send, deliver, lose
        case write, prepare, remove, scan
        case decide, apply
        case begin, end
        case fault, heal, phase, violation
        case flush, install
    }

    private let timeline: Timeline
    /// Takes the lines; without it none is made.
    private let output: ((String) -> Void)?
    private var sum = StateDigest()

    package init(_ timeline: Timeline, output: ((String) -> Void)?) {
        self.timeline = timeline
        self.output = output
    }

    /// Of everything that was noted so far.
    package var digest: UInt64 { sum.value }

    /// Notes an event. `node` is counted from 0, nil for none; `first` and `second` enter the digest, the
    /// text does not.
    package func note(
        _ event: Event, node: Int? = nil, _ first: UInt64 = 0, _ second: UInt64 = 0,
        _ text: @autoclosure () -> String = ""
    ) {
        let place = node.map { UInt64($0) + 1 } ?? 0
        sum.add(timeline.nowMicroseconds << 8 | place)
        sum.add(event.rawValue)
        sum.add(first &* 0x9e37_79b9 ^ second)
        guard let output else { return }
        output(line(event, node, text()))
    }

    private func line(_ event: Event, _ node: Int?, _ text: String) -> String {
        let microseconds = String(timeline.nowMicroseconds)
        let name = node.map { "n\($0 + 1)" } ?? "-"
        return Self.right(microseconds, 11) + "  " + Self.left(name, 3) + " "
            + Self.left("\(event)", 11) + text
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
