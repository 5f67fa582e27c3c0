/// Leases, for `/metrics`: by etcd's names what has etcd's meaning.
package struct LeaseMetrics {
    /// In all slots that this process has applied.
    package let granted: Counter
    package let revoked: Counter
    /// By this node, while it led.
    package let renewed: Counter
    package let expired: Counter
    package let live: Gauge
    package let attachedKeys: Gauge

    init(_ registry: MetricsRegistry) {
        granted = registry.counter(
            "etcd_debugging_lease_granted_total", help: "Leases that were granted.")
        revoked = registry.counter(
            "etcd_debugging_lease_revoked_total", help: "Leases that were revoked.")
        renewed = registry.counter(
            "etcd_debugging_lease_renewed_total",
            help: "Renewals of leases that this node answered as the leader.")
        expired = registry.counter(
            "etcd_server_lease_expired_total",
            help: "Leases that ended because this node, as the leader, found their time over.")
        live = registry.gauge("synod_leases", help: "Leases that there are.")
        attachedKeys = registry.gauge("synod_lease_keys", help: "Keys that are attached to leases.")
    }

    /// Brings up to date what others count.
    package func note(granted: UInt64, revoked: UInt64, live: Int, attachedKeys: Int) {
        self.granted.increment(by: granted &- self.granted.value)
        self.revoked.increment(by: revoked &- self.revoked.value)
        self.live.set(live)
        self.attachedKeys.set(attachedKeys)
    }
}
