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
}
