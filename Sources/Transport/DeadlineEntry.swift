/// Something with a time by which it must be done; a link of a `DeadlineList`.
package class DeadlineEntry {
    /// Monotonic nanoseconds; `.max`: none.
    final var deadline = UInt64.max
    final unowned(unsafe) var previousDeadline: DeadlineEntry?
    final unowned(unsafe) var nextDeadline: DeadlineEntry?
    final var isListed = false

    /// Called by the list, off which the entry has just been taken.
    func deadlinePassed() {}
}
