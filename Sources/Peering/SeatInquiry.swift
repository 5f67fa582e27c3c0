package import EventLoops
internal import GRPC
internal import HTTP
package import Paxos
internal import PaxosCodec
package import Replication
package import TLS
internal import Transport

/// What a node with an empty directory asks before it is anybody: who are the members? The answer says which
/// seat is its own, by the peer URLs, as in etcd.
package enum SeatInquiry {
    static let path = "/synodpb.Peers/Members"
    /// Whom the answering hello is for: somebody without an id.
    static let asker = ReplicaID(0)

    /// Asks all of these at once, and gives the newest membership that one of them knows; nil if none of them
    /// answers, or none belongs to a cluster. Runs the loop meanwhile.
    package static func run(
        loop: EventLoop, urls: [PeerURL], tls: TLSContext?
    ) -> GoverningMembership? {
        let urls = urls.filter { !$0.isSecure || tls != nil }
        var waiting = urls.count
        var newest: GoverningMembership?
        let connections = urls.map { url in
            let connection = ClientConnection(loop: loop, configuration: configuration(url, tls))
            connection.unary(path, [], timeoutMilliseconds: Limits.inquiryMilliseconds) { result in
                waiting -= 1
                guard case .success(let bytes) = result, let known = governing(bytes) else {
                    return
                }
                if known.slot >= newest?.slot ?? .zero { newest = known }
            }
            return connection
        }
        while waiting > 0 { loop.runOnce(waiting: true) }
        for connection in connections { connection.close() }
        return newest
    }

    private static func configuration(_ url: PeerURL, _ tls: TLSContext?) -> ClientConfiguration {
        var configuration = ClientConfiguration(host: url.host, port: url.port)
        configuration.tls = url.isSecure ? tls : nil
        configuration.http2 = .peers
        configuration.connectMilliseconds = Limits.inquiryMilliseconds
        return configuration
    }

    private static func governing(_ bytes: [UInt8]) -> GoverningMembership? {
        bytes.withUnsafeBytes { try? Hello.decode($0) }?.governing
    }
}
