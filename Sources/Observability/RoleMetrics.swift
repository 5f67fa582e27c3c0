/// The instruments of one role of this node.
package struct RoleMetrics {
    /// 1 while it lives, else 0.
    package let up: Gauge
    /// How often it was killed.
    package let deaths: Counter
}
