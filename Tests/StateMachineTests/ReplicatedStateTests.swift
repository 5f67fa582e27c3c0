import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// Slots, leadership, outcomes and sameness.
struct ReplicatedStateTests {
    @Test func onlyLocalCommandsHaveOutcomes() {
        let state = ReplicatedState()
        let local = Origin(replica: 1, incarnation: 1, boot: 1)
        let others = [
            Origin(replica: 2, incarnation: 1, boot: 1),
            Origin(replica: 1, incarnation: 1, boot: 2),
        ]
        var batch: [UInt8] = []
        for origin in [local] + others {
            var writer = BundleWriter()
            writer.begin(origin: origin, lowWater: 0)
            PutRequestBytes.make("a", "1").withUnsafeBytes {
                writer.append(.put, sequence: 4, request: $0)
                writer.append(.put, sequence: 4, request: $0)
            }
            batch += writer.finish()
        }
        var given: [(Origin, UInt64)] = []
        _ = state.apply(slot: 1, batchPayload: batch, logTimeMilliseconds: 0, localOrigin: local) {
            given.append(($0, $1))
            #expect($2 == .put(.with { $0.header = .with { $0.revision = 2 } }))
        }
        #expect(given.map(\.0) == [local])
        #expect(given.map(\.1) == [4])
        #expect(state.keyspace.revision == 4)
    }

    @Test func commandsSentAgainAreNotExecutedAgain() throws {
        let machine = Machine()
        let request = ReadModifyWriteRequest.with {
            $0.key = [1]
            $0.operation = .append([7])
        }
        let batch = machine.batch([(.readModifyWrite, request.serializedBytes())])
        #expect(machine.apply(batch).count == 1)
        #expect(machine.apply(batch).isEmpty)
        #expect(machine.apply(batch + batch).isEmpty)
        #expect(try machine.state.range(.with { $0.key = [1] }).kvs[0].value == [7])
    }

    @Test func undecodableCommandsAreAnswers() {
        let machine = Machine()
        let batch = machine.batch(CommandKind.allCases.map { ($0, [0xff, 0xff]) })
        #expect(
            machine.apply(batch)
                == [Outcome](
                    repeating: .failed(.malformedCommand), count: CommandKind.allCases.count))
        let empty = machine.batch(CommandKind.allCases.map { ($0, []) })
        #expect(
            machine.apply(empty) == [
                .failed(.keyNotProvided), .failed(.keyNotProvided),
                .txn(
                    .with {
                        $0.header = .with { $0.revision = 1 }
                        $0.succeeded = true
                    }),
                .compaction(.with { $0.header = .with { $0.revision = 1 } }),
                .failed(.keyNotProvided),
                .registerSession(
                    .with {
                        $0.header = .with { $0.revision = 1 }
                        $0.session = 2 << 16
                        $0.window = 256
                        $0.idleMilliseconds = 3_600_000
                    }),
                .alarm(.with { $0.header = .with { $0.revision = 1 } }), .quotaSet,
                .digestReported, .failed(.leaseNotFound), .failed(.leaseNotFound), .leasesExpired,
                .failed(.malformedCommand), .failed(.compacted),
            ])
        #expect(machine.state.alarms.all.isEmpty)
    }

    @Test func aSessionNobodyRegisteredHasExpired() {
        let machine = Machine()
        var writer = BundleWriter()
        writer.begin(origin: machine.origin, lowWater: 0)
        PutRequestBytes.make("a", "1").withUnsafeBytes {
            writer.append(
                .put, sequence: 1, session: ClientSession(id: 3, sequence: 1), request: $0)
        }
        #expect(machine.apply(writer.finish()) == [.failed(.sessionExpired)])
        #expect(machine.state.keyspace.revision == 1)
    }

    @Test func leadershipAndLogTime() {
        let state = ReplicatedState()
        let ballot = LeaderBallot(round: 4, replica: 2, incarnation: 9)
        #expect(state.leaderBallot == nil)
        #expect(state.applyLead(slot: 1, ballot: ballot, logTimeMilliseconds: 50) == .applied)
        #expect(state.leaderBallot == ballot)
        _ = state.apply(slot: 2, batchPayload: [], logTimeMilliseconds: 40)
        #expect(state.logTimeMilliseconds == 50)
        _ = state.apply(slot: 3, batchPayload: [], logTimeMilliseconds: 60)
        #expect(state.logTimeMilliseconds == 60)
        #expect(state.applyNothing(slot: 4) == .applied)
        #expect(state.appliedSlot == 4)
    }

    @Test func membershipClosesTheTableOfOrigins() {
        let machine = Machine()
        let seats: [(replica: UInt64, incarnation: UInt64)] = [(7, 71)]
        #expect(machine.state.applyMembership(slot: 0, seats: seats) == .applied)
        #expect(machine.state.appliedSlot == 0)
        #expect(machine.apply(machine.batch([(.put, PutRequestBytes.make("a", "1"))])).isEmpty)
        #expect(machine.state.applyMembership(slot: 2, seats: [(7, 70)]) == .applied)
        machine.slot = 2
        #expect(machine.apply(machine.batch([(.put, PutRequestBytes.make("a", "1"))])).count == 1)
    }

    @Test func slotsComeInOrder() async {
        await #expect(processExitsWith: .failure) {
            _ = ReplicatedState().applyNothing(slot: 2)
        }
    }

    /// Clients with sessions, who try their commands once or more, at any of two nodes.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func sessionsAreEqualOnAllReplicas(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pair = SessionPair()
        var ids: [UInt64] = []
        var tried: [(CommandKind, [UInt8], ClientSession)] = []
        for step in 0..<600 {
            pair.milliseconds += random.next() % (step % 100 == 0 ? 4_000_000 : 1_000)
            if ids.isEmpty || random.next() % 40 == 0 { ids.append(pair.register()) }
            let (kind, request) = RandomCommand.make(pair.states[0].keyspace.revision, &random)
            let id = ids[Int.random(in: 0..<ids.count, using: &random)]
            let command = (kind, request, ClientSession(id, 1 + random.next() % 300))
            let isRetry = !tried.isEmpty && Bool.random(using: &random)
            tried.append(isRetry ? tried[Int.random(in: 0..<tried.count, using: &random)] : command)
            let (triedKind, bytes, session) = tried[tried.count - 1]
            // Equal digests are expected after each command.
            _ = pair.run(triedKind, bytes: bytes, session, at: Int(random.next() % 2))
        }
        #expect(pair.states[0].sessionRetryCount > 30)
        #expect(pair.states[0].keyspace.revision > 40)
    }

    /// One replica answers clients, the other only follows, and frees memory at other times.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func equalSlotsGiveEqualState(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let one = Machine()
        let other = Machine()
        var outcomes = 0
        var digests: [UInt64] = []
        for _ in 0..<150 {
            let count = Int.random(in: 1...5, using: &random)
            let batch = one.batch(
                (0..<count).map { _ in RandomCommand.make(one.state.keyspace.revision, &random) })
            outcomes += one.apply(batch).count
            #expect(other.apply(batch, wantsOutcomes: false).isEmpty)
            if Bool.random(using: &random) { _ = one.state.keyspace.releaseStep(budgetChanges: 9) }
            #expect(one.state.digest() == other.state.digest())
            digests.append(one.state.digest())
        }
        #expect(outcomes > 300)
        #expect(one.state.keyspace.revision > 100)
        #expect(Set(digests).count == digests.count)
        one.state.keyspace.checkInvariants()
        other.state.keyspace.checkInvariants()
    }
}
