/// What goes over the network, to peers and in calls of clients.
final class NetworkMetrics {
    private let peerStates: MetricFamily<Gauge>
    private let peerRoundTrips: MetricFamily<Histogram>
    private let peerSentBytes: MetricFamily<Counter>
    private let peerReceivedBytes: MetricFamily<Counter>
    private let peerSendFailures: MetricFamily<Counter>
    private let callsStarted: MetricFamily<Counter>
    private let callsHandled: MetricFamily<Counter>
    private let messages: MessageFamilies
    let clientRequests: MetricFamily<Counter>
    private let peerReceiveFailures: MetricFamily<Counter>
    private let registry: MetricsRegistry
    /// Shown only by who measures calls: there are a dozen series for each method.
    private lazy var callTimes = registry.histograms(
        "grpc_server_handling_seconds", help: "How long calls took that were answered here.",
        labels: ["grpc_method", "grpc_service", "grpc_type"],
        boundsNanoseconds: NetworkMetrics.callBounds)

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        peerStates = registry.gauges(
            "synod_peer_state", help: "What this node thinks of a peer: 0 down, 1 suspect, 2 up.",
            labels: ["peer"])
        peerRoundTrips = registry.histograms(
            "etcd_network_peer_round_trip_time_seconds", help: "Round trips to a peer.",
            labels: ["To"], boundsNanoseconds: NetworkMetrics.roundTripBounds)
        peerSentBytes = registry.counters(
            "etcd_network_peer_sent_bytes_total", help: "Bytes sent to a peer.", labels: ["To"])
        peerReceivedBytes = registry.counters(
            "etcd_network_peer_received_bytes_total", help: "Bytes that came from a peer.",
            labels: ["From"])
        peerSendFailures = registry.counters(
            "etcd_network_peer_sent_failures_total",
            help: "Turns in which messages to a peer were dropped.", labels: ["To"])
        peerReceiveFailures = registry.counters(
            "etcd_network_peer_received_failures_total",
            help: "Messages of a peer that could not be taken.", labels: ["From"])
        messages = MessageFamilies(registry)
        clientRequests = registry.counters(
            "etcd_server_client_requests_total", help: "Calls by the version of their client.",
            labels: ["type", "client_api_version"])
        callsStarted = registry.counters(
            "grpc_server_started_total", help: "Calls that began here.",
            labels: ["grpc_method", "grpc_service", "grpc_type"])
        callsHandled = registry.counters(
            "grpc_server_handled_total", help: "Calls that ended here, by status.",
            labels: ["grpc_code", "grpc_method", "grpc_service", "grpc_type"])
    }

    /// etcd's bounds: 0.1 ms to 3.2768 s.
    private static let roundTripBounds = Histogram.doublingBounds(
        fromNanoseconds: 100_000, count: 16)

    func peer(_ name: String) -> PeerMetrics {
        PeerMetrics(
            state: peerStates.labelled(name), roundTrip: peerRoundTrips.labelled(name),
            sentBytes: peerSentBytes.labelled(name),
            receivedBytes: peerReceivedBytes.labelled(name),
            sendFailures: peerSendFailures.labelled(name),
            receiveFailures: peerReceiveFailures.labelled(name))
    }

    /// Those of Go's client for Prometheus, which etcd takes: 5 ms to 10 s.
    private static let callBounds: [UInt64] = [
        5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
    ].map { $0 * 1_000_000 }

    func calls(
        service: String, method: String, kind: CallKind, areMeasured: Bool
    ) -> CallCounters {
        CallCounters(
            started: callsStarted.labelled(method, service, kind.rawValue), family: callsHandled,
            messages: messages,
            time: areMeasured ? callTimes.labelled(method, service, kind.rawValue) : nil,
            service: service, method: method, kind: kind)
    }
}
