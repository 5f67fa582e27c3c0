internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// Writes that are described by a JSON body: `set-multi` and `rmw`.
extension RESTDoor {
    /// All pairs in one slot and one revision, or none. `{"k":"v"}`, or for binary keys and values
    /// `[{"key_base64":"…","value_base64":"…"}]`.
    func setMulti(_ request: RESTRequest, _ respond: @escaping Respond) throws(RESTFailure) {
        let puts = try Self.pairs(JSONBody.parse(request.body))
        guard !puts.isEmpty else { throw .badRequest("no pair is given") }
        guard puts.count <= Limits.setMultiPairsMax else {
            throw .badRequest("at most \(Limits.setMultiPairsMax) pairs can be set at once")
        }
        guard Set(puts.map(\.key)).count == puts.count else {
            throw .badRequest("a key is given twice")
        }
        var txn = TxnRequest()
        txn.success = puts.map { put in
            var operation = RequestOp()
            operation.request = .requestPut(put)
            return operation
        }
        try propose(.txn, txn.serializedBytes(), of: request, respond) { outcome in
            guard case .txn(let answer) = outcome else { return nil }
            return .revision(answer.header.revision)
        }
    }

    /// The pairs of a body, in their order.
    static func pairs(_ body: JSONValue) throws(RESTFailure) -> [PutRequest] {
        var puts: [PutRequest] = []
        if let members = body.asMembers {
            for member in members {
                guard let value = member.value.asString else {
                    throw .badRequest("the value of '\(member.name)' must be a string")
                }
                puts.append(try put(Array(member.name.utf8), Array(value.utf8)))
            }
            return puts
        }
        guard let elements = body.asArray else {
            throw .badRequest("a JSON object of keys and values, or a list of pairs, is needed")
        }
        for element in elements {
            let pair = try JSONBody(element, known: ["key", "value"])
            puts.append(try put(pair.requiredKey(), pair.requiredBytes("value")))
        }
        return puts
    }

    private static func put(_ key: [UInt8], _ value: [UInt8]) throws(RESTFailure) -> PutRequest {
        guard !key.isEmpty else { throw .badRequest("the key must not be empty") }
        var put = PutRequest()
        put.key = key
        put.value = value
        return put
    }

    /// One change of one key as a function of its value.
    func readModifyWrite(
        _ request: RESTRequest, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let change = try Self.change(JSONBody.parse(request.body))
        try proposeChange(change, of: request, respond)
    }

    /// `{"key":…,"op":…}` and what the operation needs.
    static func change(_ json: JSONValue) throws(RESTFailure) -> ReadModifyWriteRequest {
        guard let operation = json["op"]?.asString else {
            throw .badRequest("member 'op' is missing: one of \(operationNames)")
        }
        var change = ReadModifyWriteRequest()
        switch operation {
        case "compare-and-set":
            let body = try JSONBody(
                json, known: ["key", "op", "expected", "expect_absent", "value"])
            change.key = try body.requiredKey()
            change.operation = .compareAndSet(try compareAndSet(body))
        case "add":
            let body = try JSONBody(json, known: ["key", "op", "delta"])
            change.key = try body.requiredKey()
            change.operation = .add(try add(body))
        case "append":
            let body = try JSONBody(json, known: ["key", "op", "value"])
            change.key = try body.requiredKey()
            change.operation = .append(try body.requiredBytes("value"))
        case "set-if-absent":
            let body = try JSONBody(json, known: ["key", "op", "value"])
            change.key = try body.requiredKey()
            change.operation = .setIfAbsent(try body.requiredBytes("value"))
        default:
            throw .badRequest("unknown op '\(operation)': one of \(operationNames)")
        }
        return change
    }

    private static var operationNames: String { "compare-and-set, add, append, set-if-absent" }

    private static func compareAndSet(
        _ body: JSONBody
    ) throws(RESTFailure) -> ReadModifyWriteRequest.CompareAndSet {
        var compareAndSet = ReadModifyWriteRequest.CompareAndSet()
        compareAndSet.value = try body.requiredBytes("value")
        compareAndSet.expectAbsent = try body.flag("expect_absent")
        let expected = try body.bytes("expected")
        guard (expected == nil) == compareAndSet.expectAbsent else {
            throw .badRequest("either 'expected' or 'expect_absent': true is needed")
        }
        compareAndSet.expected = expected ?? []
        return compareAndSet
    }

    private static func add(_ body: JSONBody) throws(RESTFailure) -> ReadModifyWriteRequest.Add {
        guard let delta = try body.number("delta") else {
            throw .badRequest("member 'delta' is missing")
        }
        var add = ReadModifyWriteRequest.Add()
        add.delta = delta
        return add
    }
}
