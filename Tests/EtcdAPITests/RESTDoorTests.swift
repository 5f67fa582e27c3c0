import EtcdAPI
import Protobuf
import Replication
import MVCC
import StateMachine
import Testing

/// The REST API over HTTP/1.1.
@Suite struct RESTDoorTests {
    @Test func setAndGetABinaryValue() throws {
        let harness = try DoorHarness()
        let set = try harness.http("POST", "/kv/set?key=a%00b&value=%ff%00+x%2B")
        #expect(set.status == 200)
        #expect(set.text == #"{"revision":2}"#)
        #expect(set.headers["x-synod-revision"] == "2")
        let get = try harness.http("GET", "/kv/get?key=a%00b")
        #expect(get.status == 200)
        #expect(get.body == [0xff, 0, 0x20, 0x78, 0x2b])
        #expect(get.headers["content-type"] == "application/octet-stream")
        #expect(get.headers["x-synod-revision"] == "2")
        #expect(get.headers["x-synod-create-revision"] == "2")
        #expect(get.headers["x-synod-mod-revision"] == "2")
        #expect(get.headers["x-synod-version"] == "1")
    }

    @Test func theBodyIsTheValueIfTheQueryHasNone() throws {
        let harness = try DoorHarness()
        let every = Array(UInt8.min...UInt8.max)
        #expect(try harness.http("POST", "/kv/set?key=k", body: every).status == 200)
        #expect(try harness.http("GET", "/kv/get?key=k").body == every)
        #expect(try harness.http("POST", "/kv/set?key=k").status == 200)
        #expect(try harness.http("GET", "/kv/get?key=k").body == [])
        #expect(try harness.http("POST", "/kv/set?key=k&value=v", body: [1]).status == 400)
    }

    @Test func jsonComesWhenAskedFor() throws {
        let harness = try DoorHarness()
        _ = try harness.http("POST", "/kv/set?key=k&value=v")
        _ = try harness.http("POST", "/kv/set?key=raw&value=%ff")
        let text = try harness.http("GET", "/kv/get?key=k", headers: ["accept: application/json"])
        #expect(text.headers["content-type"] == "application/json")
        #expect(
            text.text
                == #"{"key":"k","value":"v","create_revision":2,"mod_revision":2,"version":1,"revision":3}"#
        )
        let raw = try harness.http("GET", "/kv/get?key=raw", headers: ["accept: application/json"])
        #expect(raw.json["value_base64"]?.asString == "/w==")
        #expect(raw.json["value"] == nil)
    }

    @Test func insertUpdateAndDeleteTellTheKeysState() throws {
        let harness = try DoorHarness()
        #expect(try harness.http("POST", "/kv/update?key=k&value=1").status == 404)
        #expect(try harness.http("DELETE", "/kv/delete?key=k").status == 404)
        #expect(try harness.http("GET", "/kv/get?key=k").status == 404)
        #expect(try harness.http("POST", "/kv/insert?key=k&value=1").text == #"{"revision":2}"#)
        let again = try harness.http("POST", "/kv/insert?key=k&value=2")
        #expect(again.status == 409)
        #expect(again.text == #"{"error":"the key exists already"}"#)
        #expect(try harness.http("POST", "/kv/update?key=k&value=3").text == #"{"revision":3}"#)
        #expect(try harness.http("GET", "/kv/get?key=k").text == "3")
        #expect(try harness.http("DELETE", "/kv/delete?key=k").text == #"{"revision":4}"#)
        let gone = try harness.http("GET", "/kv/get?key=k")
        #expect(gone.status == 404)
        #expect(gone.text == #"{"error":"the key does not exist"}"#)
    }

    @Test func setMultiIsOneRevision() throws {
        let harness = try DoorHarness()
        let map = try harness.http("POST", "/kv/set-multi", text: #"{"a":"1","b":"2","ä":"3"}"#)
        #expect(map.text == #"{"revision":2}"#)
        let list = try harness.http(
            "POST", "/kv/set-multi",
            text: #"[{"key_base64":"/w==","value":"4"},{"key":"a","value_base64":"AA=="}]"#)
        #expect(list.text == #"{"revision":3}"#)
        #expect(try harness.http("GET", "/kv/get?key=%ff").text == "4")
        let a = try harness.http("GET", "/kv/get?key=a")
        #expect(a.body == [0])
        #expect(a.headers["x-synod-mod-revision"] == "3")
        #expect(a.headers["x-synod-version"] == "2")
        #expect(try harness.http("GET", "/kv/get?key=%C3%A4").text == "3")
        // More pairs than a client's transaction may have.
        let many = (0..<300).map { #""k\#($0)":"v""# }.joined(separator: ",")
        #expect(
            try harness.http("POST", "/kv/set-multi", text: "{\(many)}").text == #"{"revision":4}"#)
    }

    @Test func setMultiIsAllOrNothing() throws {
        let harness = try DoorHarness()
        for text in [
            #"{"a":"1","a":"2"}"#, #"{"a":"1","":"2"}"#, #"{"a":1}"#, "{}", "[]", "", "{",
            #"[{"key":"a","value":"1"},{"key":"a","value":"1"}]"#,
        ] {
            let answer = try harness.http("POST", "/kv/set-multi", text: text)
            #expect(answer.status == 400, "\(text)")
            #expect(answer.json["error"]?.asString?.isEmpty == false, "\(text)")
        }
        let tooMany = (0...1_024).map { #""k\#($0)":"v""# }.joined(separator: ",")
        #expect(try harness.http("POST", "/kv/set-multi", text: "{\(tooMany)}").status == 400)
        #expect(harness.replica.machine.keyspace.revision == 1)
    }

    @Test func readModifyWriteTellsOldAndNew() throws {
        let harness = try DoorHarness()
        func change(_ text: String) throws -> String {
            try harness.http("POST", "/kv/rmw", text: text).text
        }
        #expect(
            try change(#"{"key":"n","op":"add","delta":5}"#)
                == #"{"applied":true,"old":null,"new":"5","revision":2}"#)
        #expect(
            try change(#"{"key":"n","op":"add","delta":-7}"#)
                == #"{"applied":true,"old":"5","new":"-2","revision":3}"#)
        #expect(
            try change(#"{"key":"n","op":"compare-and-set","expected":"5","value":"x"}"#)
                == #"{"applied":false,"old":"-2","new":"-2","revision":3}"#)
        #expect(
            try change(#"{"key":"n","op":"compare-and-set","expected":"-2","value":"x"}"#)
                == #"{"applied":true,"old":"-2","new":"x","revision":4}"#)
        #expect(
            try change(#"{"key":"n","op":"append","value_base64":"/w=="}"#)
                == #"{"applied":true,"old":"x","new_base64":"eP8=","revision":5}"#)
        #expect(
            try change(#"{"key":"m","op":"set-if-absent","value":"first"}"#)
                == #"{"applied":true,"old":null,"new":"first","revision":6}"#)
        #expect(
            try change(#"{"key":"m","op":"set-if-absent","value":"second"}"#)
                == #"{"applied":false,"old":"first","new":"first","revision":6}"#)
        let text = try harness.http("POST", "/kv/rmw", text: #"{"key":"m","op":"add","delta":1}"#)
        #expect(text.status == 409)
    }

    @Test func appendTellsTheLength() throws {
        let harness = try DoorHarness()
        let first = try harness.http("POST", "/kv/append?key=k&value=ab")
        #expect(first.text == #"{"length":2,"revision":2}"#)
        let second = try harness.http("POST", "/kv/append?key=k", body: [0, 0xff])
        #expect(second.text == #"{"length":4,"revision":3}"#)
        #expect(try harness.http("GET", "/kv/get?key=k").body == [0x61, 0x62, 0, 0xff])
    }

    @Test func keysAreListedInPages() throws {
        let harness = try DoorHarness()
        _ = try harness.http(
            "POST", "/kv/set-multi", text: #"{"a/1":"","a/2":"","a/3":"","b":""}"#)
        _ = try harness.http("POST", "/kv/set?key=%ff&value=")
        let all = try harness.http("GET", "/kv/keys")
        #expect(
            all.text
                == #"{"keys":["a/1","a/2","a/3","b",{"base64":"/w=="}],"count":5,"more":false,"revision":3}"#
        )
        let page = try harness.http("GET", "/kv/keys?prefix=a/&limit=2")
        #expect(page.text == #"{"keys":["a/1","a/2"],"count":2,"more":true,"revision":3}"#)
        let next = try harness.http("GET", "/kv/keys?prefix=a%2F&limit=2&after=a/2")
        #expect(next.text == #"{"keys":["a/3"],"count":1,"more":false,"revision":3}"#)
        let linearizable = try harness.http("GET", "/kv/keys?consistency=linearizable&prefix=b")
        #expect(linearizable.json["count"]?.asInteger(Int.self) == 1)
        #expect(try harness.http("GET", "/kv/keys?prefix=a/&after=b").status == 400)
        #expect(try harness.http("GET", "/kv/keys?limit=0").status == 400)
    }

    @Test(arguments: [
        ("GET", "/kv/get", 400), ("GET", "/kv/get?key=", 400), ("GET", "/kv/get?key=%zz", 400),
        ("GET", "/kv/get?key=a&key=b", 400), ("GET", "/kv/get?key=a&x=1", 400),
        ("GET", "/kv/get?key=a&consistency=strong", 400), ("POST", "/kv/set?value=v", 400),
        ("POST", "/kv/set-multi?key=k", 400), ("GET", "/kv/nothing", 404), ("GET", "/kv/", 404),
        ("POST", "/kv/get?key=k", 405), ("GET", "/kv/set?key=k&value=v", 405),
        ("PUT", "/kv/update?key=k&value=v", 405), ("POST", "/kv/delete?key=k", 405),
        ("DELETE", "/kv/keys", 405), ("GET", "/kv/rmw", 405),
    ])
    func badRequestsAreRefusedWithAReason(method: String, target: String, status: Int) throws {
        let harness = try DoorHarness()
        let answer = try harness.http(method, target)
        #expect(answer.status == status)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.json["error"]?.asString?.isEmpty == false)
        #expect((answer.headers["allow"] != nil) == (status == 405))
        #expect(harness.replica.machine.keyspace.revision == 1)
    }

    @Test func whatIsTooLargeGets413() throws {
        var options = EtcdDoorOptions()
        options.requestBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        for size in [1_000, 1_001, 5_000] {
            let body = [UInt8](repeating: 1, count: size)
            #expect(try harness.http("POST", "/kv/set?key=k", body: body).status == 413, "\(size)")
        }
        #expect(
            try harness.http("POST", "/kv/set?key=k", body: [UInt8](repeating: 1, count: 900))
                .status == 200)
    }

    @Test func aNodeWithoutALeaderRefusesAndSaysWhenToRetry() throws {
        let harness = try DoorHarness(isAlone: true)
        for (method, target) in [
            ("POST", "/kv/set?key=k&value=v"), ("GET", "/kv/get?key=k"),
            ("GET", "/kv/keys?consistency=linearizable"),
        ] {
            let answer = try harness.http(method, target)
            #expect(answer.status == 503, "\(target)")
            #expect(answer.headers["retry-after"] == "1", "\(target)")
            #expect(answer.json["error"]?.asString?.isEmpty == false, "\(target)")
        }
    }
}
