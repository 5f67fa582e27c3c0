import EtcdMessages
import GRPC
import MVCC
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

/// Writes within a session, through each door.
@Suite struct SessionDoorTests {
    private let harness: DoorHarness

    init() throws { harness = try DoorHarness() }

    private var revision: Int64 { harness.replica.machine.keyspace.revision }

    private func register() throws -> UInt64 {
        let response: RegisterSessionResponse = try harness.call(
            StoreMethods.registerSession, RegisterSessionRequest())
        #expect(response.header.memberID != 0)
        return response.session
    }

    private func append(_ key: String, _ text: String) -> ReadModifyWriteRequest {
        .with {
            $0.key = Array(key.utf8)
            $0.append = Array(text.utf8)
        }
    }

    // MARK: gRPC

    @Test func aRegistrationTellsTheRules() throws {
        let response: RegisterSessionResponse = try harness.call(
            StoreMethods.registerSession, RegisterSessionRequest())
        #expect(response.window == 256)
        #expect(response.idleMilliseconds == 3_600_000)
        #expect(try register() > response.session)
    }

    @Test func aRetryIsAnsweredLikeTheFirstTry() throws {
        let id = try register()
        let put = PutRequest.with { $0.key = [1] }
        let delete = DeleteRangeRequest.with { $0.key = [1] }
        let txn = TxnRequest.with {
            $0.success = [
                .with { $0.requestPut.key = [2] }, .with { $0.requestDeleteRange = delete },
            ]
        }
        for (number, (path, request)) in [
            (KVMethods.put, put.serializedBytes()),
            (KVMethods.deleteRange, delete.serializedBytes()),
            (KVMethods.txn, txn.serializedBytes()),
            (StoreMethods.readModifyWrite, append("k", "x").serializedBytes()),
        ].enumerated() {
            let session = [("synod-session", "\(id)-\(number + 1)")]
            let first = try harness.raw(path, request, metadata: session).get()
            let executed = revision
            #expect(try harness.raw(path, request, metadata: session).get() == first, "\(path)")
            #expect(revision == executed)
            // Without a session it runs again.
            #expect(try harness.raw(path, request).get() != first || path == KVMethods.deleteRange)
        }
        #expect(harness.replica.machine.sessionRetryCount == 4)
    }

    @Test func aRefusalIsForAllTries() throws {
        let id = try register()
        try harness.put("text", "abc")
        let add = ReadModifyWriteRequest.with {
            $0.key = Array("text".utf8)
            $0.add = .with { $0.delta = 1 }
        }.serializedBytes()
        for _ in 0..<2 {
            let failure = try harness.failure(
                StoreMethods.readModifyWrite, add, metadata: [("synod-session", "\(id)-1")])
            #expect(failure.message == "synod: value is not a decimal number of 64 bits")
            #expect(failure.trailers.contains { $0 == ("synod-outcome", "never") })
            try harness.put("text", "1")
        }
    }

    @Test func whatIsWrongWithASessionIsSaid() throws {
        let id = try register()
        let newest = [("synod-session", "\(id)-400")]
        let _: ReadModifyWriteResponse = try harness.call(
            StoreMethods.readModifyWrite, append("k", "x"), metadata: newest)
        let cases: [(String, GRPCCode, String)] = [
            (
                "\(id + 1)-1", .failedPrecondition,
                "synod: session has expired: this try did not run, an earlier one may have"
            ),
            (
                "\(id)-144", .failedPrecondition,
                "synod: sequence is too old: this try did not run, an earlier one may have"
            ),
            (
                "\(id)-400", .invalidArgument,
                "synod: sequence was given to another request: this one did not run"
            ),
            (
                "\(id)", .invalidArgument,
                "synod: session is malformed: two numbers above 0 are needed, SESSION-SEQUENCE"
            ),
        ]
        for (text, code, message) in cases {
            let failure = try harness.failure(
                StoreMethods.readModifyWrite, append("k", "y").serializedBytes(),
                metadata: [("synod-session", text)])
            #expect(failure.code == code)
            #expect(failure.message == message)
            #expect(failure.trailers.contains { $0 == ("synod-outcome", "none") })
        }
        #expect(try harness.http("GET", "/kv/get?key=k").text == "x")
    }

    @Test func theGatewayTakesASessionToo() throws {
        let id = try register()
        let headers = ["grpc-metadata-synod-session: \(id)-1"]
        for _ in 0..<2 {
            let put = try harness.http(
                "POST", "/v3/kv/put", headers: headers, text: #"{"key":"aw==","value":"dg=="}"#)
            #expect(put.json["header"]?["revision"]?.asString == "2")
        }
    }

    // MARK: REST

    private func session() throws -> Int64 {
        let answer = try harness.http("POST", "/kv/session")
        #expect(answer.status == 200)
        #expect(answer.json["window"]?.asInteger(Int64.self) == 256)
        #expect(answer.json["idle_seconds"]?.asInteger(Int64.self) == 3_600)
        return try #require(answer.json["session"]?.asInteger(Int64.self))
    }

    @Test func everyWriteOfTheRESTAPITakesAnIdempotencyKey() throws {
        let id = try session()
        let writes: [(String, String, String)] = [
            ("POST", "/kv/set?key=a&value=1", ""), ("POST", "/kv/insert?key=b&value=1", ""),
            ("POST", "/kv/update?key=b&value=2", ""), ("POST", "/kv/append?key=b&value=3", ""),
            ("POST", "/kv/set-multi", #"{"c":"1","d":"2"}"#),
            ("POST", "/kv/rmw", #"{"key":"n","op":"add","delta":5}"#),
            ("DELETE", "/kv/delete?key=a", ""),
            // Refusals stay refusals.
            ("POST", "/kv/insert?key=b&value=9", ""), ("DELETE", "/kv/delete?key=never", ""),
        ]
        for (number, (method, target, body)) in writes.enumerated() {
            let key = ["idempotency-key: \(id)-\(number + 1)"]
            let first = try harness.http(method, target, headers: key, text: body)
            #expect(first.status == (number < 7 ? 200 : target.contains("insert") ? 409 : 404))
            let executed = revision
            let retry = try harness.http(method, target, headers: key, text: body)
            #expect(retry.status == first.status)
            #expect(retry.text == first.text, "\(target)")
            #expect(revision == executed)
        }
        #expect(try harness.http("GET", "/kv/get?key=b").text == "23")
        #expect(try harness.http("GET", "/kv/get?key=n").text == "5")
    }

    @Test func wrongIdempotencyKeysAreRefused() throws {
        let id = try session()
        func set(_ key: String, _ value: String = "1") throws -> HTTPAnswer {
            try harness.http(
                "POST", "/kv/set?key=a&value=\(value)", headers: ["idempotency-key: \(key)"])
        }
        #expect(try set("\(id)-1").status == 200)
        let reused = try set("\(id)-1", "2")
        #expect(reused.status == 422)
        #expect(reused.headers["x-synod-outcome"] == "none")
        let expired = try set("\(id + 1)-1")
        #expect(expired.status == 410)
        #expect(expired.headers["x-synod-outcome"] == "none")
        #expect(expired.text == #"{"error":"the session has expired: this try did not run"}"#)
        #expect(try set("\(id)-300").status == 200)
        #expect(try set("\(id)-1").status == 410)
        for text in ["", "7", "8f14e45f-ceea-467f-9575-6c3b3a3f0a5b", "\(id)-0"] {
            #expect(try set(text).status == 400, "\(text)")
        }
        #expect(
            try harness.http("POST", "/kv/session", headers: ["idempotency-key: \(id)-2"]).status
                == 400)
        #expect(try harness.http("GET", "/kv/session").status == 405)
        // A read has nothing to repeat.
        #expect(
            try harness.http("GET", "/kv/get?key=a", headers: ["idempotency-key: x"]).text == "1")
    }

    @Test func ofALongValueARetryIsToldWhatIsKnown() throws {
        let id = try session()
        let long = [UInt8](repeating: 65, count: 5_000)
        _ = try harness.http("POST", "/kv/set?key=a", body: long)
        let key = ["idempotency-key: \(id)-1"]
        let first = try harness.http("POST", "/kv/append?key=a&value=x", headers: key)
        #expect(first.text == #"{"length":5001,"revision":3}"#)
        let retry = try harness.http("POST", "/kv/append?key=a&value=x", headers: key)
        #expect(retry.text == #"{"revision":3}"#)
    }
}
