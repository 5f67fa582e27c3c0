import TLS

/// The command line.
struct Options {
    enum Workload: String {
        case put, get
        /// Puts of clients with a session: each is executed once.
        case sessionPut = "session-put"
        /// Puts of every key, once each, in order.
        case fill
        /// Puts of what all watchers watch.
        case watch
        /// Watchers that nothing happens to.
        case hold
        /// Leases that are kept alive, at a rate.
        case keepAlive = "keep-alive"
        /// Leases with a key each that nobody keeps alive.
        case expire
    }

    struct Endpoint {
        let host: String
        let port: UInt16
    }

    static let usage = """
        usage: Load --endpoints HOST:PORT,... [--workload put|session-put|get|fill|watch|hold|keep-alive|expire]
                    [--connections 1] [--streams 1] [--watchers 0] [--leases 0] [--rate 1000] [--ttl 60] [--clients 64]
                    [--seconds 5] [--keys 100000] [--key-bytes 10] [--value-bytes 256] [--pids SERVER,...]
                    [--seed 1] [--trace FILE] [--user NAME:PASSWORD] [--cacert FILE [--cert FILE --key FILE]]
        Clients share a connection by eight, the connections go to the endpoints in turn. Get reads
        linearizably what put with the same options has written. Fill puts each key once and then ends,
        whatever --seconds says; the others take random keys, the same ones with the same seed. Values
        are random bytes. CPU time is that of the pids. The trace is the Unix time of its beginning in
        milliseconds u64, then for each operation that succeeded when it ended in milliseconds since then u32,
        and its microseconds u32. All clients of a user have one token.

        Watch: the watchers are spread over the streams, and these over the connections; all watch one prefix.
        There are as many puts (--clients) of which not all have been told. Hold: each watches a key of its own; a
        line says when they are there. Keep-alive: --rate keep-alives a second of --leases leases, on a stream for
        each connection. Expire: leases with a key each; a line says when they are there, and who watches sees
        their ends.
        """

    private(set) var endpoints: [Endpoint] = []
    private(set) var workload = Workload.put
    private(set) var clients = 64
    private(set) var seconds = 5
    private(set) var pids: [Int32] = []
    private(set) var keyCount = 100_000
    private(set) var keyBytes = 10
    private(set) var valueBytes = 256
    private(set) var tracePath: String?
    /// Who asks, where users count.
    private(set) var user: (name: String, password: String)?
    private(set) var connections = 1
    private(set) var streams = 1
    private(set) var watchers = 0
    private(set) var leases = 0
    private(set) var rate = 1_000
    /// Of the random keys and values of gets and puts.
    private(set) var seed = 1
    private(set) var ttl = 60
    /// TLS, if there is an authority.
    private(set) var files = TLSFiles()

    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw UsageError(Self.usage) }
            guard set(flag, value) else { throw UsageError("\(flag) \(value)?\n\(Self.usage)") }
        }
        if endpoints.isEmpty { throw UsageError(Self.usage) }
    }

    private mutating func set(_ flag: String, _ value: String) -> Bool {
        switch flag {
        case "--connections": return setCount(\.connections, value)
        case "--streams": return setCount(\.streams, value)
        case "--watchers": return setCount(\.watchers, value)
        case "--leases": return setCount(\.leases, value)
        case "--rate": return setCount(\.rate, value)
        case "--seed": return setCount(\.seed, value)
        case "--ttl": return setCount(\.ttl, value)
        case "--clients": return setCount(\.clients, value)
        case "--seconds": return setCount(\.seconds, value)
        case "--keys": return setCount(\.keyCount, value)
        case "--endpoints":
            endpoints = value.split(separator: ",").compactMap(Endpoint.init)
            return !endpoints.isEmpty
        case "--workload":
            guard let known = Workload(rawValue: value) else { return false }
            workload = known
        case "--key-bytes":
            guard let count = Int(value), count >= 10 else { return false }
            keyBytes = count
        case "--value-bytes":
            guard let count = Int(value), count > 0, count <= ValuePool.valueBytesMax else {
                return false
            }
            valueBytes = count
        case "--trace": tracePath = value
        case "--user":
            guard let colon = value.firstIndex(of: ":") else { return false }
            user = (String(value[..<colon]), String(value[value.index(after: colon)...]))
        case "--cacert": files.trustedAuthorities = value
        case "--cert": files.certificate = value
        case "--key": files.key = value
        case "--pids":
            pids = value.split(separator: ",").compactMap { Int32($0) }
        default:
            return false
        }
        return true
    }

    private mutating func setCount(_ path: WritableKeyPath<Options, Int>, _ value: String) -> Bool {
        guard let count = Int(value), count > 0 else { return false }
        self[keyPath: path] = count
        return true
    }
}

extension Options.Endpoint {
    init?(_ text: Substring) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        self.init(host: String(text[..<colon]), port: port)
    }
}

/// The command line does not make sense.
struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
