/// The instruments of one peer.
package final class PeerMetrics {
    private let stateGauge: Gauge
    /// From a message to its answer on the express connection.
    package let roundTrip: Histogram

    init(state: Gauge, roundTrip: Histogram) {
        stateGauge = state
        self.roundTrip = roundTrip
    }

    /// What this node thinks of the peer; down until it is set.
    package var state = PeerState.down {
        didSet { stateGauge.set(state.rawValue) }
    }
}
