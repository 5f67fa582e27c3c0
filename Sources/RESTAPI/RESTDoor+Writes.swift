internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// Writes of one key: `set`, `insert`, `update`, `append` and `delete`.
extension RESTDoor {
    /// The value comes in the query, or as the body if the query has none.
    private func pair(
        _ request: RESTRequest, _ query: QueryParameters
    ) throws(RESTFailure) -> PutRequest {
        var put = PutRequest()
        put.key = try query.requiredKey()
        if let value = query["value"] {
            guard request.body.isEmpty else {
                throw .badRequest("the value is given twice: as a parameter and as the body")
            }
            put.value = value
        } else {
            put.value = request.body
        }
        return put
    }

    func set(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let put = try pair(request, query)
        try propose(.put, put.serializedBytes(), of: request, respond) { outcome in
            guard case .put(let answer) = outcome else { return nil }
            return .revision(answer.header.revision)
        }
    }

    func insert(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let put = try pair(request, query)
        try putIf(put, exists: false, otherwise: .keyExists(), of: request, respond)
    }

    func update(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let put = try pair(request, query)
        try putIf(put, exists: true, otherwise: .keyNotFound(), of: request, respond)
    }

    /// One transaction: the put if the key's version is (or is not) 0.
    private func putIf(
        _ put: PutRequest, exists: Bool, otherwise failure: RESTFailure, of request: RESTRequest,
        _ respond: @escaping Respond
    ) throws(RESTFailure) {
        var compare = Compare()
        compare.key = put.key
        compare.target = .version
        compare.result = exists ? .greater : .equal
        compare.targetUnion = .version(0)
        var operation = RequestOp()
        operation.request = .requestPut(put)
        var txn = TxnRequest()
        txn.compare = [compare]
        txn.success = [operation]
        try propose(.txn, txn.serializedBytes(), of: request, respond) { outcome in
            guard case .txn(let answer) = outcome else { return nil }
            guard answer.succeeded else { return RESTResponse(failure) }
            return .revision(answer.header.revision)
        }
    }

    func delete(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        var delete = DeleteRangeRequest()
        delete.key = try query.requiredKey()
        try propose(.deleteRange, delete.serializedBytes(), of: request, respond) { outcome in
            guard case .deleteRange(let answer) = outcome else { return nil }
            guard answer.deleted > 0 else { return RESTResponse(.keyNotFound()) }
            return .revision(answer.header.revision)
        }
    }

    func append(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let pair = try pair(request, query)
        var change = ReadModifyWriteRequest()
        change.key = pair.key
        change.operation = .append(pair.value)
        try propose(.readModifyWrite, change.serializedBytes(), of: request, respond) { outcome in
            guard case .readModifyWrite(let answer) = outcome else { return nil }
            var object = JSONObject()
            if !answer.pairsOmitted {
                object.add("length", number: Int64(answer.current.value.count))
            }
            object.add("revision", number: answer.header.revision)
            return .revised(object, answer.header.revision)
        }
    }

    /// Proposes a read-modify-write and answers with the old and the new value.
    func proposeChange(
        _ change: ReadModifyWriteRequest, of request: RESTRequest, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        try propose(.readModifyWrite, change.serializedBytes(), of: request, respond) { outcome in
            guard case .readModifyWrite(let answer) = outcome else { return nil }
            var object = JSONObject()
            object.add("applied", answer.applied)
            if !answer.pairsOmitted {
                object.add("old", bytes: answer.hasOld ? answer.old.value : nil)
                object.add("new", bytes: answer.hasCurrent ? answer.current.value : nil)
            }
            object.add("revision", number: answer.header.revision)
            return .revised(object, answer.header.revision)
        }
    }

    /// Proposes a command; `make` makes the answer of the outcome that its kind has.
    ///
    /// - Throws: `RESTFailure` if the request carries an idempotency key that is none.
    func propose(
        _ kind: CommandKind, _ command: [UInt8], of request: RESTRequest,
        _ respond: @escaping Respond, make: @escaping (Outcome) -> RESTResponse?
    ) throws(RESTFailure) {
        let session = try request.session()
        guard command.count <= requestBytesMax else {
            return respond(RESTResponse(.tooLarge(limitBytes: requestBytesMax)))
        }
        let credentials = try self.credentials(of: request)
        replica.propose(
            kind, session: session, credentials: credentials, request: command
        ) { result in
            switch result {
            case .applied(.failed(let error)): respond(RESTResponse(RESTFailure(error)))
            case .applied(let outcome):
                guard let response = make(outcome) else {
                    preconditionFailure("a command's outcome is of the command's kind")
                }
                respond(response)
            case .refused(let refusal): respond(RESTResponse(RESTFailure(refusal)))
            case .unknown(let cause): respond(RESTResponse(RESTFailure(cause)))
            }
        }
    }
}

extension RESTResponse {
    /// The answer to a write: its revision, in the body and in a header.
    static func revision(_ revision: Int64) -> RESTResponse {
        var object = JSONObject()
        object.add("revision", number: revision)
        return revised(object, revision)
    }

    /// The answer to a write that has more to say than its revision.
    static func revised(_ object: JSONObject, _ revision: Int64) -> RESTResponse {
        var response = RESTResponse.json(object)
        response.add("x-synod-revision", "\(revision)")
        return response
    }
}
