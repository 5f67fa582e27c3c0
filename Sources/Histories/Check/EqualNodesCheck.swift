/// All nodes show the same content in the end.
enum EqualNodesCheck {
    static func run(_ history: History, into report: inout Report) {
        guard let first = history.views.first else { return }
        for view in history.views.dropFirst() {
            if view.revision != first.revision {
                report.add(
                    .equalNodes,
                    "node \(view.node) shows revision \(view.revision) in the end, node"
                        + " \(first.node) \(first.revision)")
            }
            compare(first, view, into: &report)
        }
    }

    private static func compare(_ first: NodeView, _ other: NodeView, into report: inout Report) {
        for entry in first.entries where other.pair(entry.key) != entry.pair {
            say(entry.key, first, other, into: &report)
        }
        for entry in other.entries where first.pair(entry.key) == nil {
            say(entry.key, first, other, into: &report)
        }
    }

    private static func say(
        _ key: [UInt8], _ first: NodeView, _ other: NodeView, into report: inout Report
    ) {
        report.add(
            .equalNodes,
            "\(ShownText.bytes(key)) is \(ShownText.pair(first.pair(key))) at node \(first.node)"
                + " and \(ShownText.pair(other.pair(key))) at node \(other.node)")
    }
}
