/// How pings are sent and taken by a server, with etcd's names and meanings. All times are in ms.
package struct KeepAlivePolicy: Sendable, Equatable {
    /// `--grpc-keepalive-min-time`: who pings more often than this is sent away. 0: anybody may.
    package var minTimeMilliseconds: UInt64 = 0
    /// `--grpc-keepalive-interval`: the silence after which a client is pinged. 0: never.
    package var intervalMilliseconds: UInt64 = 0
    /// `--grpc-keepalive-timeout`: the time for the answer.
    package var timeoutMilliseconds: UInt64 = 20_000

    package init() {}
}
