/// The process life that took a command from its client.
package struct Origin: Hashable, Sendable {
    /// The replica's id; never used again after it.
    package var replica: UInt64
    /// The life of its data directory.
    package var incarnation: UInt64
    /// The start of the process, counted in that directory.
    package var boot: UInt64

    package init(replica: UInt64, incarnation: UInt64, boot: UInt64) {
        self.replica = replica
        self.incarnation = incarnation
        self.boot = boot
    }
}
