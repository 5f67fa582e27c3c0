internal import Basics
internal import SynodClient

/// Orders faults at random: roles of nodes die and come back, logs are held back for a while.
struct TortureFaults {
    /// How many there were of each kind.
    struct Counts {
        var deaths = 0
        var pauses = 0
    }

    private let client: Client
    private let kind: TortureConfiguration.Faults
    private let ledger: TortureLedger
    private var random: SeededRandom
    private static let roles = ["proposer", "acceptor", "learner"]
    private static let quietMilliseconds = 200...1_000
    private static let faultMilliseconds = 50...1_500

    init(client: Client, ledger: TortureLedger, configuration: TortureConfiguration) {
        self.client = client
        self.ledger = ledger
        kind = configuration.faults
        random = SeededRandom(seed: configuration.seed ^ 0x7075_7265_6368_616f)
    }

    /// Why a cluster does not take the orders; nil if it does.
    func refusal() async -> ClientError? {
        for endpoint in client.endpoints {
            do throws(ClientError) {
                try await client.reviveRole(Self.roles[0], at: endpoint)
            } catch { return error }
        }
        return nil
    }

    /// Goes on until the clients are told to stop; then every role lives.
    mutating func run() async -> Counts {
        var counts = Counts()
        while !ledger.now.isStopped {
            await pause(Self.quietMilliseconds)
            let endpoint = client.endpoints[number(client.endpoints.count)]
            let isDeath = kind == .roles || (kind == .all && number(2) == 0)
            // A node that does not answer has trouble enough.
            if isDeath {
                if await killARole(endpoint) { counts.deaths += 1 }
            } else {
                let milliseconds = UInt64(Int.random(in: Self.faultMilliseconds, using: &random))
                let isDone: ()? = try? await client.pauseFlush(
                    milliseconds: milliseconds, at: endpoint)
                if isDone != nil { counts.pauses += 1 }
            }
        }
        return counts
    }

    private mutating func killARole(_ endpoint: Endpoint) async -> Bool {
        let role = Self.roles[number(Self.roles.count)]
        guard (try? await client.killRole(role, at: endpoint)) != nil else { return false }
        await pause(Self.faultMilliseconds)
        await revive(role, endpoint)
        return true
    }

    /// The order is repeated: a node that missed it would keep a dead role. One that has died meanwhile
    /// comes back with all its roles.
    private func revive(_ role: String, _ endpoint: Endpoint) async {
        for _ in 0..<Limits.tortureReviveTriesMax {
            if (try? await client.reviveRole(role, at: endpoint)) != nil { return }
        }
    }

    private mutating func pause(_ range: ClosedRange<Int>) async {
        let milliseconds = Int.random(in: range, using: &random)
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    private mutating func number(_ count: Int) -> Int { .random(in: 0..<count, using: &random) }
}
