internal import SynodClient

/// What `synod torture` is to do.
struct TortureConfiguration: Sendable {
    /// Faults that the cluster is ordered to have.
    enum Faults: String, CaseIterable, Sendable {
        case none
        /// Roles of nodes die and come back.
        case roles
        /// The logs of nodes are held back for a while, as disks that hang do.
        case flush
        case all
    }

    let endpoints: [Endpoint]
    let durationMilliseconds: UInt64
    let clients: Int
    let keys: Int
    /// Per second, all clients together.
    let rate: Int
    let seed: UInt64
    let timeoutMilliseconds: UInt64
    let faults: Faults
    /// What all keys begin with.
    let prefix: String

    /// A key beside the prefix, to try things with.
    var probeKey: String { prefix.dropLast() + ".probe" }

    init(_ values: FlagValues) throws(UsageError) {
        guard values.positional.isEmpty else { throw UsageError("no words are needed") }
        var endpoints: [Endpoint] = []
        for text in values.list("endpoints") {
            guard let endpoint = Endpoint(text) else {
                throw UsageError("\(values.source("endpoints")): \"\(text)\" is not HOST:PORT")
            }
            endpoints.append(endpoint)
        }
        guard !endpoints.isEmpty else { throw UsageError("--endpoints names no node") }
        self.endpoints = endpoints
        durationMilliseconds = try Self.duration(values)
        clients = try values.integer("clients", in: 1...Limits.tortureClientsMax)
        keys = try values.integer("keys", in: 1...Limits.tortureKeysMax)
        rate = try values.integer("rate", in: 1...1_000_000)
        seed = try Self.seed(values)
        timeoutMilliseconds = UInt64(try values.integer("timeout", in: 1...3_600_000))
        faults = try values.choice("faults", of: Faults.self)
        prefix = "torture/\(String(UInt64.random(in: .min ... .max), radix: 16))/"
    }

    private static func duration(_ values: FlagValues) throws(UsageError) -> UInt64 {
        let text = values.text("duration")
        guard let milliseconds = DurationText.milliseconds(text), milliseconds > 0 else {
            throw UsageError("--duration must be a time as 90s or 5m, not \"\(text)\"")
        }
        return milliseconds
    }

    private static func seed(_ values: FlagValues) throws(UsageError) -> UInt64 {
        guard values.isSet("seed") else { return .random(in: 0...UInt64(UInt32.max)) }
        guard let seed = UInt64(values.text("seed")) else {
            throw UsageError("--seed must be a number, not \"\(values.text("seed"))\"")
        }
        return seed
    }
}
