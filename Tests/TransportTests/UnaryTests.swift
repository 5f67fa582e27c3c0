import EventLoops
import GRPC
import Testing

@testable import Transport

@Suite("Unary calls over loopback")
struct UnaryTests {
    let echo = "/test.Echo/Say"

    private func echoing() throws -> Harness {
        let harness = Harness()
        harness.router.register(unary: echo, maxMessageBytes: 4 << 20) { call, message in
            call.reply([UInt8](message))
        }
        try harness.start()
        return harness
    }

    @Test("an answer comes back byte for byte", arguments: [0, 1, 256, 16_384, 3_000_000])
    func echo(size: Int) throws {
        let harness = try echoing()
        let client = harness.client()
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try harness.call(client, echo, message).get() == message)
    }

    @Test("many calls at once on one connection are all answered, each with its own")
    func many() throws {
        let harness = try echoing()
        let client = harness.client()
        var answers: [Int: [UInt8]] = [:]
        for index in 0..<500 {
            client.unary(echo, Array("call \(index)".utf8)) { answers[index] = try? $0.get() }
        }
        #expect(harness.run { answers.count == 500 })
        #expect((0..<500).allSatisfy { answers[$0] == Array("call \($0)".utf8) })
        #expect(client.openCalls == 0)
        #expect(client.bufferedBytes == 0)
    }

    @Test("metadata arrives, and errors carry code, text and trailers")
    func failure() throws {
        let harness = Harness()
        var seen: String?
        harness.router.register(unary: echo) { call, _ in
            seen = call.metadata("token")
            call.fail(.notFound, "100 % größer", trailers: [("reason", "none")])
        }
        try harness.start()
        let result = try harness.call(
            harness.client(), echo, [1], metadata: [("token", "abc")])
        let failure = try #require(result.failure)
        #expect(seen == "abc")
        #expect(failure.code == .notFound)
        #expect(failure.message == "100 % größer")
        #expect(failure.trailers.contains { $0 == ("reason", "none") })
        #expect(failure.wasSent)
    }

    @Test("an answer may come later, a second one is nothing, and one after the end is harmless")
    func later() throws {
        let harness = Harness()
        var calls: [UnaryCall] = []
        harness.router.register(unary: echo) { call, _ in calls.append(call) }
        try harness.start()
        let client = harness.client()
        var results: [Result<[UInt8], GRPCFailure>] = []
        for _ in 0..<3 { client.unary(echo, []) { results.append($0) } }
        #expect(harness.run { calls.count == 3 })
        #expect(calls.allSatisfy { $0.isOpen && !$0.isCancelled })
        calls[1].reply([2])
        calls[1].reply([3])
        #expect(harness.run { results.count == 1 })
        #expect(try results[0].get() == [2])
        calls[0].reply([1])
        calls[2].reply([3])
        #expect(harness.run { results.count == 3 })
        for call in calls {
            call.reply([9])
            call.fail(.internal, "too late")
            #expect(!call.isOpen)
            #expect(call.metadata("te") == nil)
        }
    }

    @Test("the deadline reaches the server and ends the call on both sides")
    func deadline() throws {
        let harness = Harness()
        var seen: UnaryCall?
        var deadline: UInt64?
        var cancels = 0
        harness.router.register(unary: echo) { call, _ in
            seen = call
            deadline = call.deadline
            call.onCancel { cancels += 1 }
        }
        try harness.start()
        let before = harness.loop.now
        let failure = try #require(
            try harness.call(harness.client(), echo, [], timeoutMilliseconds: 50).failure)
        #expect(failure.code == .deadlineExceeded)
        #expect(harness.run { cancels == 1 })
        #expect(seen?.isCancelled == true)
        let end = try #require(deadline)
        #expect(end > before + 40_000_000 && end < before + 1_000_000_000)
        seen?.reply([1])
    }

    @Test("a server that answers in time is not disturbed by the deadline")
    func deadlineMet() throws {
        let harness = try echoing()
        let client = harness.client()
        #expect(try harness.call(client, echo, [5], timeoutMilliseconds: 20).get() == [5])
        let end = harness.loop.now + 60_000_000
        harness.run { harness.loop.now > end }
        #expect(try harness.call(client, echo, [6], timeoutMilliseconds: 10_000).get() == [6])
    }

    @Test("a client's cancel reaches the handler; the connection lives on")
    func cancel() throws {
        let harness = Harness()
        var waiting: UnaryCall?
        var cancels = 0
        harness.router.register(unary: echo) { call, message in
            guard message.isEmpty else { return call.reply(Array(message)) }
            waiting = call
            call.onCancel { cancels += 1 }
        }
        try harness.start()
        let client = harness.client()
        var result: Result<[UInt8], GRPCFailure>?
        let call = client.unary(echo, []) { result = $0 }
        #expect(harness.run { waiting != nil })
        call.cancel()
        call.cancel()
        #expect(harness.run { result != nil && cancels > 0 })
        #expect(result?.failure?.code == .cancelled)
        #expect(cancels == 1)
        #expect(waiting?.isCancelled == true)
        var late = 0
        waiting?.onCancel { late += 1 }
        #expect(late == 1)
        waiting?.reply([1])
        #expect(try harness.call(client, echo, [7]).get() == [7])
    }

    @Test("a lost connection cancels the calls at the server and fails them at the client")
    func lostConnection() throws {
        let harness = Harness()
        var waiting: UnaryCall?
        var cancels = 0
        harness.router.register(unary: echo) { call, _ in
            waiting = call
            call.onCancel { cancels += 1 }
        }
        try harness.start()
        let client = harness.client()
        var result: Result<[UInt8], GRPCFailure>?
        var closings = 0
        client.onClose = { _ in closings += 1 }
        client.unary(echo, []) { result = $0 }
        #expect(harness.run { waiting != nil })
        client.close()
        #expect(
            harness.run { result != nil && cancels == 1 && harness.server?.openConnections == 0 })
        #expect(result?.failure?.code == .unavailable)
        #expect(result?.failure?.wasSent == true)
        #expect(closings == 1)
        waiting?.reply([1])
        let after = try #require(try harness.call(client, echo, []).failure)
        #expect(after.code == .unavailable)
        #expect(!after.wasSent)
    }

    @Test("a call to a port where nobody listens was certainly not sent")
    func refused() throws {
        let harness = Harness()
        try harness.start()
        let port = harness.port
        harness.server?.shutdown(graceMilliseconds: 0)
        harness.run { harness.server?.openConnections == 0 }
        let client = harness.client { $0.port = port }
        let failure = try #require(try harness.call(client, echo, []).failure)
        #expect(failure.code == .unavailable)
        #expect(!failure.wasSent)
        #expect(client.isClosed)
    }

    @Test("unknown methods and services are answered with UNIMPLEMENTED")
    func unknownPaths() throws {
        let harness = try echoing()
        let client = harness.client()
        let method = try #require(try harness.call(client, "/test.Echo/Shout", []).failure)
        #expect(method.code == .unimplemented)
        #expect(method.message == "unknown method Shout for service test.Echo")
        let service = try #require(try harness.call(client, "/other.Service/M", []).failure)
        #expect(service.message == "unknown service other.Service")
    }

    @Test("messages above the limit are refused on either side")
    func tooLarge() throws {
        let harness = Harness()
        harness.router.register(unary: echo, maxMessageBytes: 1_000) { call, message in
            call.reply([UInt8](repeating: 1, count: message.count * 3))
        }
        try harness.start()
        let client = harness.client { $0.messageBytesMax = 2_000 }
        let request = try #require(
            try harness.call(client, echo, [UInt8](repeating: 0, count: 1_001)).failure)
        #expect(request.code == .resourceExhausted)
        #expect(request.message == "grpc: received message larger than max (1001 vs. 1000)")
        #expect(request.isOfServer)
        let huge = try #require(
            try harness.call(client, echo, [UInt8](repeating: 0, count: 3_000_000)).failure)
        #expect(huge.code == .resourceExhausted)
        let answer = try #require(
            try harness.call(client, echo, [UInt8](repeating: 0, count: 700)).failure)
        #expect(answer.message == "grpc: received message larger than max (2100 vs. 2000)")
        #expect(!answer.isOfServer)
        #expect(try harness.call(client, echo, [1]).get() == [1, 1, 1])
    }

    @Test("finished calls are reported with path, code and time")
    func hook() throws {
        let harness = Harness()
        var reports: [String] = []
        harness.router.onCallFinished = { path, code, startedAt, duration in
            reports.append("\(path) \(code)")
            #expect(startedAt > 0 && duration < 10_000_000_000)
        }
        harness.router.register(unary: echo) { call, message in
            if message.isEmpty { call.fail(.aborted, "empty") } else { call.reply([]) }
        }
        try harness.start()
        let client = harness.client()
        _ = try harness.call(client, echo, [1])
        _ = try harness.call(client, echo, [])
        #expect(reports == ["\(echo) ok", "\(echo) aborted"])
    }
}
