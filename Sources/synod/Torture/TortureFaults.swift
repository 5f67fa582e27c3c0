internal import Basics
internal import SynodClient

/// Orders roles of the nodes to die and to come back, at random.
struct TortureFaults {
    private let client: Client
    private let ledger: TortureLedger
    private var random: SeededRandom
    private static let roles = ["proposer", "acceptor", "learner"]
    private static let aliveMilliseconds = 300...1_500
    private static let deadMilliseconds = 50...1_500

    init(client: Client, ledger: TortureLedger, seed: UInt64) {
        self.client = client
        self.ledger = ledger
        random = SeededRandom(seed: seed ^ 0x7075_7265_6368_616f)
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

    /// Goes on until the clients are told to stop; then every role lives. Returns the number of deaths.
    mutating func run() async -> Int {
        var deaths = 0
        while !ledger.now.isStopped {
            await pause(Self.aliveMilliseconds)
            let endpoint = client.endpoints[number(client.endpoints.count)]
            let role = Self.roles[number(Self.roles.count)]
            // A node that does not answer has trouble enough.
            guard (try? await client.killRole(role, at: endpoint)) != nil else { continue }
            deaths += 1
            await pause(Self.deadMilliseconds)
            await revive(role, endpoint)
        }
        return deaths
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
