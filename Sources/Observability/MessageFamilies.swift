/// The messages of all gRPC methods.
struct MessageFamilies {
    let received: MetricFamily<Counter>
    let sent: MetricFamily<Counter>

    init(_ registry: MetricsRegistry) {
        let labels = ["grpc_method", "grpc_service", "grpc_type"]
        received = registry.counters(
            "grpc_server_msg_received_total", help: "Messages of calls that came here.",
            labels: labels)
        sent = registry.counters(
            "grpc_server_msg_sent_total", help: "Messages of calls that were sent from here.",
            labels: labels)
    }
}
