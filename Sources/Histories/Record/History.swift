/// What the clients of a run did and were told, and what the nodes show in the end.
package struct History: Sendable, Hashable {
    /// In any order.
    package var operations: [RecordedOperation]
    /// One view per node that could be asked. Each is taken after all operations have ended; all at
    /// the same revision.
    package var views: [NodeView]

    package init(operations: [RecordedOperation] = [], views: [NodeView] = []) {
        self.operations = operations
        self.views = views
    }
}
