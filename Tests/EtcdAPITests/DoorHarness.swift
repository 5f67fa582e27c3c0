import Basics
import EtcdMessages
import EventLoops
import GRPC
import Protobuf
import Replication
import Testing
import Transport
import Watching

@testable import Authentication
@testable import EtcdAPI
@testable import RESTAPI

/// Both doors of a one-node cluster on a loopback port, and clients for them, on the test's own thread.
final class DoorHarness {
    let loop: EventLoop
    let node: TestNode
    var replica: Replica { node.replica }
    let keeper: Gatekeeper
    /// By how much the clock of simple tokens is ahead of the loop's.
    let tokenClock = TokenClock()
    let etcd: EtcdDoor
    let rest: RESTDoor
    private let server: Server
    private(set) lazy var client = makeClient()

    /// - Parameter isAlone: two more members are listed that never come: there is no leader.
    convenience init(
        isAlone: Bool = false, options: EtcdDoorOptions = EtcdDoorOptions(),
        watches: WatchPlan = .standard, webTokens: WebTokens? = nil,
        transport: ServerConfiguration = ServerConfiguration(host: "127.0.0.1", port: 0)
    ) throws {
        let loop = EventLoop()
        let node = try TestNode(loop: loop, memberCount: isAlone ? 3 : 1, watches: watches)
        try self.init(
            loop: loop, node: node, options: options, webTokens: webTokens, transport: transport)
        node.replica.start()
        if !isAlone { #expect(run { replica.status.leader != 0 }, "no leader came up") }
    }

    init(
        loop: EventLoop, node: TestNode, options: EtcdDoorOptions = EtcdDoorOptions(),
        webTokens: WebTokens? = nil,
        transport: ServerConfiguration = ServerConfiguration(host: "127.0.0.1", port: 0)
    ) throws {
        self.loop = loop
        self.node = node
        let later: (@escaping () -> Void) -> Void = { job in
            loop.schedule(afterMilliseconds: 0, job)
        }
        let mailbox = loop.mailbox
        var authentication = AuthenticationOptions()
        authentication.bcryptCost = 4
        keeper = Gatekeeper(
            replica: node.replica, options: authentication, webTokens: webTokens,
            nowMilliseconds: { [tokenClock] in
                loop.now / 1_000_000 + tokenClock.aheadMilliseconds
            }, wake: { mailbox.post {} })
        loop.onTurnEnd.append { [keeper] in keeper.endOfTurn() }
        etcd = EtcdDoor(
            replica: node.replica, keeper: keeper, options: options, later: later)
        rest = RESTDoor(
            replica: node.replica, keeper: keeper, requestBytesMax: options.requestBytesMax,
            later: later)
        let router = Router()
        etcd.register(on: router)
        rest.register(on: router)
        let faults = FaultDoor(
            replica: node.replica, keeper: keeper, isEnabled: options.takesFaults)
        router.http { [etcd, rest] exchange in
            let isForFaults = FaultDoor.owns(exchange.path)
            guard etcd.admits(exchange, isForPages: !isForFaults) else { return }
            if RESTDoor.owns(exchange.path) { return rest.answer(exchange) }
            if isForFaults { return faults.answer(exchange) }
            etcd.answer(exchange)
        }
        server = Server(loop: loop, configuration: transport, router: router)
        try server.start()
    }

    /// One more client, with a connection of its own.
    func makeClient() -> ClientConnection {
        ClientConnection(
            loop: loop, configuration: ClientConfiguration(host: "127.0.0.1", port: server.ports[0])
        )
    }

    /// Runs the loop until `condition` holds, at most 10 s; says whether it does.
    @discardableResult
    func run(until condition: () -> Bool) -> Bool {
        let end = loop.now + 10_000_000_000
        let ticker = loop.schedule(afterMilliseconds: 2, repeating: 2) {}
        defer { ticker.cancel() }
        while !condition() && loop.now < end { loop.runOnce(waiting: true) }
        return condition()
    }

    /// A unary call with raw bytes.
    func raw(
        _ path: String, _ message: [UInt8], metadata: [(String, String)] = []
    ) throws -> Result<[UInt8], GRPCFailure> {
        var result: Result<[UInt8], GRPCFailure>?
        client.unary(path, message, metadata: metadata) { result = $0 }
        run { result != nil }
        return try #require(result, "the call did not end")
    }

    /// A unary call that must succeed.
    func call<Response: ProtobufMessage>(
        _ path: String, _ request: some ProtobufMessage, _ type: Response.Type = Response.self,
        metadata: [(String, String)] = []
    ) throws -> Response {
        let bytes = try raw(path, request.serializedBytes(), metadata: metadata).get()
        return try Response(serializedBytes: bytes)
    }

    /// A unary call that must fail.
    func failure(
        _ path: String, _ request: [UInt8], metadata: [(String, String)] = []
    ) throws -> GRPCFailure {
        switch try raw(path, request, metadata: metadata) {
        case .success: throw UnexpectedSuccess()
        case .failure(let failure): return failure
        }
    }

    struct UnexpectedSuccess: Error {}

    @discardableResult
    func put(_ key: String, _ value: String) throws -> PutResponse {
        var request = PutRequest()
        request.key = Array(key.utf8)
        request.value = Array(value.utf8)
        return try call(KVMethods.put, request)
    }

    /// A plain HTTP/1.1 request on a connection of its own.
    func http(
        _ method: String, _ target: String, headers: [String] = [], body: [UInt8] = []
    ) throws -> HTTPAnswer {
        let open = request(method, target, headers: headers, body: body)
        run { open.isAnswered }
        return try open.answer()
    }

    /// Sends a plain HTTP/1.1 request and does not wait.
    func request(
        _ method: String, _ target: String, headers: [String] = [], body: [UInt8] = []
    ) -> OpenRequest {
        var head = "\(method) \(target) HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
        for header in headers { head += header + "\r\n" }
        if method == "POST" || !body.isEmpty { head += "content-length: \(body.count)\r\n" }
        return send(Array((head + "\r\n").utf8) + body)
    }

    /// Sends the head of a request whose body follows in chunks.
    func requestWithOpenBody(_ target: String, headers: [String] = []) -> OpenRequest {
        let fields = (headers + ["transfer-encoding: chunked"]).map { $0 + "\r\n" }.joined()
        return send(Array("POST \(target) HTTP/1.1\r\nhost: test\r\n\(fields)\r\n".utf8))
    }

    /// Sends any bytes on a connection of their own.
    func send(_ bytes: [UInt8]) -> OpenRequest {
        let reader = HTTPReader()
        reader.request = bytes
        let tcp = TCPConnection.connect(
            loop: loop, host: "127.0.0.1", port: server.ports[0], timeoutMilliseconds: 5_000,
            handler: reader)
        return OpenRequest(reader: reader, tcp: tcp)
    }

    func http(
        _ method: String, _ target: String, headers: [String] = [], text: String
    ) throws -> HTTPAnswer {
        try http(method, target, headers: headers, body: Array(text.utf8))
    }
}

/// A clock that a test puts forward.
final class TokenClock {
    var aheadMilliseconds: UInt64 = 0
}

/// A request that was sent.
struct OpenRequest {
    fileprivate let reader: HTTPReader
    /// Keeps the connection.
    fileprivate let tcp: TCPConnection

    /// The server has answered and closed.
    var isAnswered: Bool { reader.isClosed }

    /// The client goes away.
    func close() { tcp.close(.closed("by the test")) }

    /// Says more.
    func send(_ bytes: [UInt8]) {
        reader.request += bytes
        tcp.requestFlush()
    }

    /// Sends a piece of a body in chunks; an empty one ends it.
    func sendChunk(_ text: String) {
        send(Array((String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n").utf8))
    }

    /// The lines of a streaming answer so far.
    var lines: [Substring] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
    }

    /// All bytes that have come so far.
    var received: [UInt8] { reader.received }

    /// What has come so far.
    var text: String { String(decoding: reader.received, as: UTF8.self) }

    func answer() throws -> HTTPAnswer { try HTTPAnswer(reader.received) }
}

/// What a server sent back.
struct HTTPAnswer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let head = try #require(text.split(separator: "\r\n\r\n", maxSplits: 1).first)
        let lines = head.split(separator: "\r\n")
        let words = try #require(lines.first).split(separator: " ")
        status = try #require(words.count > 1 ? Int(words[1]) : nil)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        self.headers = headers
        body = Array(bytes.dropFirst(head.utf8.count + 4))
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    var token: String? { headers["x-synod-read-token"] }
}

/// Sends one request and keeps what comes until the server closes.
fileprivate final class HTTPReader: TCPConnectionHandler {
    var request: [UInt8] = []
    private(set) var received: [UInt8] = []
    private(set) var isClosed = false

    func connectionDidOpen(_ connection: TCPConnection) { connection.requestFlush() }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        received += bytes
    }

    func connection(_ connection: TCPConnection, fill output: ByteQueue, limit: Int) {
        request.withUnsafeBytes { output.append($0) }
        request = []
    }

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }

    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason) {
        isClosed = true
    }
}
