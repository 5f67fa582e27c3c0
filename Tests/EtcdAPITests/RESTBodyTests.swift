import EtcdMessages
import Protobuf
import Testing

@testable import RESTAPI

/// The JSON bodies of `set-multi` and `rmw`.
@Suite struct RESTBodyTests {
    private func pairs(_ json: String) throws(RESTFailure) -> [PutRequest] {
        try RESTDoor.pairs(JSONBody.parse(Array(json.utf8)))
    }

    private func change(_ json: String) throws(RESTFailure) -> ReadModifyWriteRequest {
        try RESTDoor.change(JSONBody.parse(Array(json.utf8)))
    }

    @Test func mapKeepsItsOrder() throws {
        let puts = try pairs(#"{"b":"2","a":"1","ä\n":""}"#)
        #expect(puts.map(\.key) == [Array("b".utf8), Array("a".utf8), Array("ä\n".utf8)])
        #expect(puts.map(\.value) == [Array("2".utf8), Array("1".utf8), []])
    }

    @Test func listTakesTextAndBase64() throws {
        let puts = try pairs(
            #"[{"key":"k","value_base64":"AP8="},{"key_base64":"_w","value":"v"}]"#)
        #expect(puts.map(\.key) == [Array("k".utf8), [0xff]])
        #expect(puts.map(\.value) == [[0, 0xff], Array("v".utf8)])
    }

    @Test(arguments: [
        "", "{", "1", #""text""#, #"{"a":1}"#, #"{"":"v"}"#, #"[1]"#, #"[{"key":"k"}]"#,
        #"[{"value":"v"}]"#, #"[{"key":"","value":"v"}]"#, #"[{"key":1,"value":"v"}]"#,
        #"[{"key":"k","value":"v","x":1}]"#, #"[{"key":"k","value_base64":"!"}]"#,
        #"[{"key":"k","key_base64":"aw==","value":"v"}]"#, #"{"a":"b"} {}"#,
    ])
    func badPairsAreRefusedWith400(json: String) {
        let error = #expect(throws: RESTFailure.self) { try pairs(json) }
        #expect(error?.status == 400)
    }

    @Test func everyOperationIsUnderstood() throws {
        let swap = try change(
            #"{"key":"k","op":"compare-and-set","expected":"a","value":"b"}"#)
        #expect(swap.key == Array("k".utf8))
        #expect(swap.compareAndSet.expected == Array("a".utf8))
        #expect(swap.compareAndSet.value == Array("b".utf8))
        #expect(!swap.compareAndSet.expectAbsent)
        let create = try change(
            #"{"key":"k","op":"compare-and-set","expect_absent":true,"value":"b"}"#)
        #expect(create.compareAndSet.expectAbsent)
        let add = try change(#"{"key":"k","op":"add","delta":-9223372036854775808}"#)
        #expect(add.add.delta == .min)
        #expect(try change(#"{"key":"k","op":"add","delta":"7"}"#).add.delta == 7)
        let append = try change(#"{"key":"k","op":"append","value_base64":"AAE="}"#)
        #expect(append.append == [0, 1])
        let absent = try change(#"{"key_base64":"AA==","op":"set-if-absent","value":"v"}"#)
        #expect(absent.key == [0])
        #expect(absent.setIfAbsent == Array("v".utf8))
    }

    @Test(arguments: [
        #"{"key":"k"}"#, #"{"key":"k","op":"multiply","value":"2"}"#, #"{"op":"add","delta":1}"#,
        #"{"key":"","op":"add","delta":1}"#, #"{"key":"k","op":"add"}"#,
        #"{"key":"k","op":"add","delta":1.5}"#, #"{"key":"k","op":"add","delta":1,"value":"v"}"#,
        #"{"key":"k","op":"add","delta":9223372036854775808}"#,
        #"{"key":"k","op":"compare-and-set","value":"v"}"#,
        #"{"key":"k","op":"compare-and-set","expected":"a","expect_absent":true,"value":"v"}"#,
        #"{"key":"k","op":"compare-and-set","expected":"a"}"#, #"{"key":"k","op":"append"}"#, "[]",
        "null",
    ])
    func badChangesAreRefusedWith400(json: String) {
        let error = #expect(throws: RESTFailure.self) { try change(json) }
        #expect(error?.status == 400)
    }

    @Test func answersKeepBinaryValuesApart() {
        var object = JSONObject()
        object.add("text", bytes: Array("ä\"".utf8))
        object.add("raw", bytes: [0xff, 0])
        object.add("none", bytes: nil)
        object.add("keys", bytesList: [Array("a".utf8), [0xfe]])
        object.add("flag", true)
        object.add("number", number: -5)
        let text = String(decoding: object.finished(), as: UTF8.self)
        #expect(
            text
                == #"{"text":"ä\"","raw_base64":"/wA=","none":null,"keys":["a",{"base64":"/g=="}],"flag":true,"number":-5}"#
        )
    }
}
