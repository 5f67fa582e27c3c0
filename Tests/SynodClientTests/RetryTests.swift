import GRPC
import Synchronization
import Testing
import Transport

@testable import SynodClient

/// What is tried again, where, and what an error says about a write's fate.
@Suite struct RetryTests {
    private static let unavailable = "etcdserver: request timed out"

    @Test func anAnswerIsReturned() async throws {
        let server = ScriptedServer(.reply([1, 2, 3]))
        defer { server.stop() }
        #expect(try await call(server.endpoint, isRead: false) == [1, 2, 3])
    }

    @Test func aDeadNodeIsPassedOver() async throws {
        let server = ScriptedServer(.reply([7]))
        defer { server.stop() }
        let client = try Client(endpoints: ["127.0.0.1:1", server.endpoint])
        defer { client.close() }
        for _ in 0..<3 {
            #expect(try await client.call(path: ScriptedServer.path, request: []) == [7])
        }
        #expect(server.calls == 3)
    }

    @Test func aReadIsRepeatedOnAnotherNode() async throws {
        let (bad, good) = (
            ScriptedServer(.fail(.unavailable, Self.unavailable)), ScriptedServer(.reply([1]))
        )
        defer { stop(bad, good) }
        #expect(try await call(bad.endpoint, good.endpoint, isRead: true) == [1])
        #expect(bad.calls == 1)
    }

    @Test func aLearnerIsPassedOver() async throws {
        let words = "etcdserver: rpc not supported for learner"
        let (learner, voter) = (
            ScriptedServer(.fail(.failedPrecondition, words)), ScriptedServer(.reply([1]))
        )
        defer { stop(learner, voter) }
        #expect(try await call(learner.endpoint, voter.endpoint, isRead: false) == [1])
        #expect(learner.calls == 1)
    }

    @Test func anUnhealthyClusterIsNotAskedAgain() async throws {
        let words = "etcdserver: unhealthy cluster"
        let (ill, other) = (
            ScriptedServer(.fail(.unavailable, words)), ScriptedServer(.reply([1]))
        )
        defer { stop(ill, other) }
        let error = await failure(ill.endpoint, other.endpoint, isRead: false)
        #expect(error?.message == words && error?.isDefinite == true)
        #expect(other.calls == 0)
    }

    @Test func aWriteOfUnknownOutcomeIsNotRepeated() async throws {
        let (bad, good) = (
            ScriptedServer(.fail(.unavailable, Self.unavailable)), ScriptedServer(.reply([1]))
        )
        defer { stop(bad, good) }
        let error = await failure(bad.endpoint, good.endpoint, isRead: false)
        #expect(error?.code == .unavailable)
        #expect(error?.isDefinite == false)
        #expect(error?.endpoint?.description == bad.endpoint)
        #expect(good.calls == 0)
    }

    @Test func aRefusedWriteIsRepeated() async throws {
        let (bad, good) = (
            ScriptedServer(.fail(.unavailable, "etcdserver: no leader")),
            ScriptedServer(.reply([1]))
        )
        defer { stop(bad, good) }
        #expect(try await call(bad.endpoint, good.endpoint, isRead: false) == [1])
    }

    @Test func theServersWordOnTheOutcomeCountsMost() async throws {
        let definite = ScriptedServer(
            .fail(.unavailable, Self.unavailable, outcome: "none"), .reply([1]))
        let open = ScriptedServer(
            .fail(.unavailable, "etcdserver: no leader", outcome: "unknown"), .reply([1]))
        defer { stop(definite, open) }
        #expect(try await call(definite.endpoint, isRead: false) == [1])
        #expect(await failure(open.endpoint, isRead: false)?.isDefinite == false)
        #expect(open.calls == 1)
    }

    /// Only a server can say that it did nothing.
    @Test(arguments: [(true, true), (false, false)])
    func whatWasLostOnItsWayBackMayHaveRun(isOfServer: Bool, isDefinite: Bool) throws {
        let endpoint = try #require(Endpoint("a:1"))
        let failure = GRPCFailure(
            code: .resourceExhausted, message: "grpc: received message larger than max (9 vs. 8)",
            wasSent: true, isOfServer: isOfServer)
        #expect(ClientError(failure, endpoint).isDefinite == isDefinite)
    }

    @Test func aRefusalForGoodIsNotRepeated() async throws {
        let server = ScriptedServer(.fail(.invalidArgument, "etcdserver: key is not provided"))
        defer { server.stop() }
        let error = await failure(server.endpoint, isRead: true)
        #expect(error?.message == "etcdserver: key is not provided")
        #expect(error?.isDefinite == true)
        #expect(server.calls == 1)
    }

    @Test func aLostConnectionLeavesAWriteOpen() async throws {
        let (bad, good) = (ScriptedServer(.hangUp), ScriptedServer(.reply([1])))
        defer { stop(bad, good) }
        #expect(await failure(bad.endpoint, good.endpoint, isRead: false)?.isDefinite == false)
        #expect(good.calls == 0)
    }

    @Test func aReadOutlivesALostConnection() async throws {
        let (bad, good) = (ScriptedServer(.hangUp), ScriptedServer(.reply([1])))
        defer { stop(bad, good) }
        #expect(try await call(bad.endpoint, good.endpoint, isRead: true) == [1])
    }

    @Test func aFrozenNodeCostsAReadOneAttempt() async throws {
        let (frozen, good) = (ScriptedServer(.silence), ScriptedServer(.reply([1])))
        defer { stop(frozen, good) }
        var configuration = ClientConfiguration()
        configuration.attemptTimeoutMilliseconds = 100
        let client = try Client(
            endpoints: [frozen.endpoint, good.endpoint], configuration: configuration)
        defer { client.close() }
        #expect(
            try await client.call(path: ScriptedServer.path, request: [], isRead: true) == [1])
    }

    @Test func aWriteWithoutAnswerEndsWithItsOutcomeOpen() async throws {
        let server = ScriptedServer(.silence)
        defer { server.stop() }
        let error = await failure(server.endpoint, isRead: false, timeoutMilliseconds: 150)
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.isDefinite == false)
    }

    @Test func nobodyThereIsDefinite() async throws {
        let error = await failure("127.0.0.1:1", isRead: false, timeoutMilliseconds: 150)
        #expect(error?.code == .unavailable)
        #expect(error?.isDefinite == true)
    }

    @Test func aClosedClientRefuses() async throws {
        let server = ScriptedServer(.silence)
        defer { server.stop() }
        let client = try Client(endpoints: [server.endpoint])
        let open = Task { try await client.call(path: ScriptedServer.path, request: []) }
        while server.calls == 0 { await Task.yield() }
        client.close()
        await #expect(throws: ClientError.self) { try await open.value }
        let error = await #expect(throws: ClientError.self) {
            try await client.call(path: ScriptedServer.path, request: [])
        }
        #expect(error?.isDefinite == true)
    }

    @Test func aCancelledTaskEndsItsCall() async throws {
        let server = ScriptedServer(.silence)
        defer { server.stop() }
        let client = try Client(endpoints: [server.endpoint])
        defer { client.close() }
        let task = Task { try await client.call(path: ScriptedServer.path, request: []) }
        while server.calls == 0 { await Task.yield() }
        task.cancel()
        let error = await #expect(throws: ClientError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.isDefinite == false)
    }

    /// However close the two are together: a call that nobody waits for must not go on until its time is up.
    @Test func aTaskThatIsCancelledAsItBeginsEndsItsCall() async throws {
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = 20_000
        let client = try Client(endpoints: ["127.0.0.1:1"], configuration: configuration)
        defer { client.close() }
        for round in 0..<20_000 {
            let hasBegun = Atomic(false)
            let task = Task.detached {
                hasBegun.store(true, ordering: .releasing)
                _ = try await client.call(path: ScriptedServer.path, request: [])
            }
            while !hasBegun.load(ordering: .acquiring) {}
            for _ in 0..<round % 400 { _ = hasBegun.load(ordering: .relaxed) }
            task.cancel()
            let error = await #expect(throws: ClientError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            if error?.code != .cancelled { return }
        }
    }

    @Test func manyCallsAtOnce() async throws {
        let server = ScriptedServer(.reply([9]))
        defer { server.stop() }
        let client = try Client(endpoints: [server.endpoint])
        defer { client.close() }
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    Int(try await client.call(path: ScriptedServer.path, request: [])[0])
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 500 * 9)
        #expect(server.calls == 500)
    }

    private func call(_ endpoints: String..., isRead: Bool) async throws -> [UInt8] {
        let client = try Client(endpoints: endpoints)
        defer { client.close() }
        return try await client.call(path: ScriptedServer.path, request: [5], isRead: isRead)
    }

    private func failure(
        _ endpoints: String..., isRead: Bool, timeoutMilliseconds: UInt64 = 5_000
    ) async -> ClientError? {
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = timeoutMilliseconds
        do throws(ClientError) {
            let client = try Client(endpoints: endpoints, configuration: configuration)
            defer { client.close() }
            _ = try await client.call(path: ScriptedServer.path, request: [5], isRead: isRead)
            return nil
        } catch { return error }
    }

    private func stop(_ servers: ScriptedServer...) {
        for server in servers { server.stop() }
    }
}
