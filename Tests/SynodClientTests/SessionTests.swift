import GRPC
import Testing

@testable import SynodClient

/// Writes in a session: their numbers, what is tried again, and what an error then says.
@Suite struct SessionTests {
    private typealias Answer = ScriptedServer.Answer

    private static let timedOut = Answer.fail(
        .unavailable, "etcdserver: request timed out", outcome: "unknown")
    private static let expired = Answer.fail(
        .failedPrecondition,
        "synod: session has expired: this try did not run, an earlier one may have",
        outcome: "none")
    private static let forgotten = Answer.fail(
        .failedPrecondition,
        "synod: sequence is too old: this try did not run, an earlier one may have",
        outcome: "none")
    private static let done = Answer.reply([])
    private static let seven = [ScriptedServer.session(7)]

    @Test func writesAreNumbered() async throws {
        let server = ScriptedServer(Self.done, registrations: Self.seven)
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        for _ in 0..<3 { try await client.put("k", "v") }
        #expect(server.tickets == ["7-1", "7-2", "7-3"])
        #expect(server.registrationCalls == 1)
    }

    @Test(arguments: [.hangUp, timedOut] as [ScriptedServer.Answer])
    func whatMayHaveRunIsTriedAgainUnderItsNumber(answer: ScriptedServer.Answer) async throws {
        let bad = ScriptedServer(answer, registrations: Self.seven)
        let good = ScriptedServer(Self.done, registrations: [ScriptedServer.session(8)])
        defer { stop(bad, good) }
        let client = try client(bad, good)
        defer { client.close() }
        try await client.put("k", "v")
        #expect(bad.tickets == ["7-1"])
        #expect(good.tickets == ["7-1"])
        try await client.put("k", "w")
        #expect(good.tickets == ["7-1", "7-2"])
        #expect(good.registrationCalls == 0)
    }

    @Test func aFrozenNodeCostsAWriteOneAttempt() async throws {
        let frozen = ScriptedServer(.silence, registrations: Self.seven)
        let good = ScriptedServer(Self.done, registrations: Self.seven)
        defer { stop(frozen, good) }
        let client = try client(frozen, good) { $0.attemptTimeoutMilliseconds = 100 }
        defer { client.close() }
        try await client.put("k", "v")
        #expect(good.tickets == ["7-1"])
    }

    @Test func aServerWithoutSessionsIsUsedWithout() async throws {
        let server = ScriptedServer(Self.done, Self.timedOut, Self.done)
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        try await client.put("k", "v")
        let error = await failure(client)
        #expect(error?.isDefinite == false)
        #expect(server.tickets == ["none", "none"])
    }

    @Test func aClientThatWantsNoSessionHasNone() async throws {
        let server = ScriptedServer(Self.done, Self.timedOut, registrations: Self.seven)
        defer { server.stop() }
        let client = try client(server) { $0.usesSessions = false }
        defer { client.close() }
        try await client.put("k", "v")
        #expect(await failure(client)?.isDefinite == false)
        #expect(server.tickets == ["none", "none"])
        #expect(server.registrationCalls == 0)
    }

    @Test func aWriteThatHasNotRunGetsANumberOfTheNextSession() async throws {
        let server = ScriptedServer(
            Self.done, Self.expired, Self.done,
            registrations: [ScriptedServer.session(7), ScriptedServer.session(9)])
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        for _ in 0..<2 { try await client.put("k", "v") }
        #expect(server.tickets == ["7-1", "7-2", "9-1"])
    }

    @Test(arguments: [expired, forgotten])
    func aWriteThatMayHaveRunDoesNotGetAnother(refusal: ScriptedServer.Answer) async throws {
        let server = ScriptedServer(
            Self.timedOut, refusal, Self.done,
            registrations: [ScriptedServer.session(7), ScriptedServer.session(9)])
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        let error = await failure(client)
        #expect(error?.code == .failedPrecondition)
        #expect(error?.isDefinite == false)
        try await client.put("k", "v")
        #expect(server.tickets.count == 3)
        #expect(["9-1", "7-2"].contains(server.tickets[2]))
    }

    /// What one node refuses says nothing of the try that another one took, unless it says so.
    @Test(arguments: [("never", true), ("none", false), (nil, false)])
    func aRefusalAfterAnOpenTry(outcome: String?, isDefinite: Bool) async throws {
        let server = ScriptedServer(
            Self.timedOut, .fail(.invalidArgument, "etcdserver: key not found", outcome: outcome),
            registrations: Self.seven)
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        let error = await failure(client)
        #expect(error?.code == .invalidArgument)
        #expect(error?.isDefinite == isDefinite)
        #expect(server.tickets == ["7-1", "7-1"])
    }

    /// A login that fails says nothing of the try before it, for which there was a token; not even if the servers say
    /// that of the login.
    @Test func aLoginThatFailsAfterAnOpenTry() async throws {
        let server = ScriptedServer(
            Self.timedOut, .fail(.unauthenticated, "etcdserver: invalid auth token"),
            registrations: Self.seven,
            logins: [
                ScriptedServer.token("a"),
                .fail(.invalidArgument, "etcdserver: authentication failed", outcome: "never"),
            ])
        defer { server.stop() }
        let client = try client(server) { $0.user = UserLogin(name: "u", password: "p") }
        defer { client.close() }
        let error = await failure(client)
        #expect(error?.message == "etcdserver: authentication failed")
        #expect(error?.isDefinite == false)
        #expect(server.tickets == ["7-1", "7-1"])
    }

    @Test func aServerThatStopsHasRefusedOrNot() async throws {
        let stopped = "etcdserver: server stopped"
        for (outcome, isDefinite) in [("none", true), ("unknown", false)] {
            let server = ScriptedServer(
                .fail(.unavailable, stopped, outcome: outcome), registrations: Self.seven)
            defer { server.stop() }
            let client = try client(server) { $0.requestTimeoutMilliseconds = 150 }
            defer { client.close() }
            let error = await failure(client)
            #expect(error?.message == stopped)
            #expect(error?.isDefinite == isDefinite)
            #expect(server.calls > 1)
            #expect(Set(server.tickets) == ["7-1"])
        }
    }

    @Test func withoutASessionNothingIsSent() async throws {
        let server = ScriptedServer(
            Self.done, registrations: [.fail(.unavailable, "etcdserver: no leader")])
        defer { server.stop() }
        let client = try client(server) { $0.requestTimeoutMilliseconds = 200 }
        defer { client.close() }
        let error = await failure(client)
        #expect(error?.message == "etcdserver: no leader")
        #expect(error?.isDefinite == true)
        #expect(server.calls == 0)
    }

    @Test func aRegistrationThatIsRefusedForGoodEndsTheWrite() async throws {
        let server = ScriptedServer(
            Self.done, registrations: [.fail(.permissionDenied, "etcdserver: permission denied")])
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        let error = await failure(client)
        #expect(error?.code == .permissionDenied)
        #expect(error?.isDefinite == true)
    }

    /// The servers remember as many sequences as the window has: an open one holds back the rest.
    @Test func theWindowIsKept() async throws {
        let server = ScriptedServer(
            .silence, Self.done, registrations: [ScriptedServer.session(7, window: 3)])
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        let open = Task { try await client.put("k", "open") }
        while server.calls == 0 { await Task.yield() }
        for _ in 0..<2 { try await client.put("k", "v") }
        let late = Task { try await client.put("k", "late") }
        try await Task.sleep(for: .milliseconds(50))
        #expect(server.tickets == ["7-1", "7-2", "7-3"])
        open.cancel()
        _ = try await late.value
        #expect(server.tickets == ["7-1", "7-2", "7-3", "7-4"])
    }

    @Test func manyWritesAtOnce() async throws {
        let server = ScriptedServer(
            Self.done, registrations: [ScriptedServer.session(7, window: 16)])
        defer { server.stop() }
        let client = try client(server)
        defer { client.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { _ = try await client.put("k", "v") } }
            try await group.waitForAll()
        }
        #expect(Set(server.tickets) == Set((1...500).map { "7-\($0)" }))
        #expect(server.registrationCalls == 1)
    }

    @Test func sequencesAreGivenWithinTheWindow() {
        var session = WriteSession(id: 7, window: 3)
        let tickets = (0..<4).map { _ in session.open() }
        #expect(tickets.map { $0?.sequence } == [1, 2, 3, nil])
        #expect(tickets[0]?.text == "7-1")
        session.close(WriteTicket(session: 7, sequence: 2))
        #expect(session.open() == nil)
        session.close(WriteTicket(session: 7, sequence: 1))
        #expect((0..<3).map { _ in session.open()?.sequence } == [4, 5, nil])
    }

    private func client(
        _ servers: ScriptedServer..., configure: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> Client {
        var configuration = ClientConfiguration()
        configure(&configuration)
        return try Client(endpoints: servers.map(\.endpoint), configuration: configuration)
    }

    private func failure(_ client: Client) async -> ClientError? {
        do throws(ClientError) {
            _ = try await client.put("k", "v")
            return nil
        } catch { return error }
    }

    private func stop(_ servers: ScriptedServer...) {
        for server in servers { server.stop() }
    }
}
