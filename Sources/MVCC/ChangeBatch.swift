/// Changes from a revision on, whole revisions only.
package struct ChangeBatch: Sendable {
    /// In order. What a key was before its change is told wherever it is known: whoever shows it to a client leaves it
    /// out if the revision below is compacted (P35).
    package let changes: [Change]
    /// The main revision to go on from: everything below it, from where the batch began, is in it.
    package let next: Int64

    package init(changes: [Change], next: Int64) {
        self.changes = changes
        self.next = next
    }
}
