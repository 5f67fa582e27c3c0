import EtcdMessages
import EventLoops
import Protobuf
import Transport

/// Grants leases, each with a key if that is wanted, by some clients at once.
final class Leases {
    private let loop: EventLoop
    private let options: Options
    private let hasKeys: Bool
    private var connections: [ClientConnection] = []
    private var next = 0
    private var done = 0
    private var whenDone: () -> Void = {}
    /// Each lease's id, and when it was asked for.
    private(set) var ids: [Int64]
    private(set) var askedAt: [UInt64]

    init(loop: EventLoop, options: Options, hasKeys: Bool) {
        self.loop = loop
        self.options = options
        self.hasKeys = hasKeys
        ids = [Int64](repeating: 0, count: options.leases)
        askedAt = [UInt64](repeating: 0, count: options.leases)
    }

    func grant(_ action: @escaping () -> Void) {
        whenDone = action
        connections = (0..<options.connections).map { index in
            let endpoint = options.endpoints[index % options.endpoints.count]
            return ClientConnection(
                loop: loop,
                configuration: ClientConfiguration(host: endpoint.host, port: endpoint.port))
        }
        for client in 0..<min(options.clients, options.leases) {
            grantNext(connections[client % connections.count])
        }
    }

    private func grantNext(_ connection: ClientConnection) {
        guard next < options.leases else { return }
        let index = next
        next += 1
        var request = LeaseGrantRequest()
        request.ttl = Int64(options.ttl)
        askedAt[index] = loop.now
        connection.unary(LeaseMethods.leaseGrant, request.serializedBytes()) { [unowned self] in
            guard case .success(let bytes) = $0,
                let response = try? LeaseGrantResponse(serializedBytes: bytes)
            else {
                complain("lease \(index) was not granted: \($0)")
                return granted(connection)
            }
            ids[index] = response.id
            if hasKeys { put(index, connection) } else { granted(connection) }
        }
    }

    private func put(_ index: Int, _ connection: ClientConnection) {
        var request = PutRequest()
        request.key = Self.prefix + Array(String(index).utf8)
        request.lease = ids[index]
        connection.unary(KVMethods.put, request.serializedBytes()) { [unowned self] in
            if case .failure(let failure) = $0 { complain("a key's put: \(failure.message)") }
            granted(connection)
        }
    }

    private func granted(_ connection: ClientConnection) {
        done += 1
        if done == options.leases { whenDone() } else { grantNext(connection) }
    }

    static let prefix = Array("leased/".utf8)
}
