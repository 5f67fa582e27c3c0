/// The instruments of one peer.
package final class PeerMetrics {
    private let stateGauge: Gauge
    /// From a message to its answer on the express connection.
    package let roundTrip: Histogram

    /// Of frames and notes.
    package let sentBytes: Counter
    package let receivedBytes: Counter
    /// Turns in which messages were dropped because the peer reads too slowly.
    package let sendFailures: Counter
    /// Messages that were no messages.
    package let receiveFailures: Counter

    init(
        state: Gauge, roundTrip: Histogram, sentBytes: Counter, receivedBytes: Counter,
        sendFailures: Counter, receiveFailures: Counter
    ) {
        stateGauge = state
        self.roundTrip = roundTrip
        self.sentBytes = sentBytes
        self.receivedBytes = receivedBytes
        self.sendFailures = sendFailures
        self.receiveFailures = receiveFailures
    }

    /// What this node thinks of the peer; down until it is set.
    package var state = PeerState.down {
        didSet { stateGauge.set(state.rawValue) }
    }
}
