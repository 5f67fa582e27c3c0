import EtcdMessages
import GRPC
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// The HTTP status of each end of a call, by grpc-gateway's table.
struct GatewayStatusTests {
    private static let table: [(GRPCCode, Int)] = [
        (.ok, 200), (.cancelled, 499), (.unknown, 500), (.invalidArgument, 400),
        (.deadlineExceeded, 504), (.notFound, 404), (.alreadyExists, 409),
        (.permissionDenied, 403), (.resourceExhausted, 429), (.failedPrecondition, 400),
        (.aborted, 409), (.outOfRange, 400), (.unimplemented, 501), (.internal, 500),
        (.unavailable, 503), (.dataLoss, 500), (.unauthenticated, 401),
    ]

    /// Some of the codes nobody can provoke here.
    @Test func everyCodeHasItsStatus() {
        #expect(Self.table.map { Int($0.0.rawValue) } == Array(0...16))
        for (code, status) in Self.table { #expect(code.httpStatus == status, "\(code)") }
    }

    /// What every refusal that can be provoked looks like.
    @Test func refusalsHaveTheStatusOfTheirCode() throws {
        let harness = try DoorHarness()
        func answer(_ path: String, _ text: String) throws -> (Int, Int?) {
            let answer = try harness.http("POST", "/v3/" + path, text: text)
            return (answer.status, answer.json["code"]?.asInteger(Int.self))
        }
        #expect(try answer("kv/put", "{}") == (400, 3))
        #expect(try answer("kv/range", #"{"key":"AQ==","revision":9}"#) == (400, 11))
        #expect(try answer("lease/revoke", #"{"ID":9}"#) == (404, 5))
        #expect(try answer("auth/authenticate", #"{"name":"a"}"#) == (400, 9))
        #expect(try answer("election/leader", #"{"name":"AQ=="}"#) == (500, 2))
        let raise = #"{"action":"ACTIVATE","alarm":"NOSPACE"}"#
        #expect(try answer("maintenance/alarm", raise).0 == 200)
        #expect(try answer("kv/put", #"{"key":"AQ=="}"#) == (429, 8))
        let corrupt = #"{"action":"ACTIVATE","alarm":"CORRUPT"}"#
        #expect(try answer("maintenance/alarm", corrupt).0 == 200)
        #expect(try answer("kv/range", #"{"key":"AQ=="}"#) == (500, 15))
        harness.replica.stop()
        #expect(try answer("lease/grant", #"{"TTL":9}"#) == (503, 14))
    }
}
