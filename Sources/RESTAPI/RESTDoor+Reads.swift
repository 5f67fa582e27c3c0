internal import EtcdMessages
internal import Observability
internal import Replication
internal import StateMachine

/// `GET /kv/get` and `GET /kv/keys`.
extension RESTDoor {
    func get(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        var range = RangeRequest()
        range.key = try query.requiredKey()
        let consistency = try query.consistency(default: .linearizable)
        let wantsJSON = request.wantsJSON
        try read(range, consistency, request, respond) { answer in
            guard let pair = answer.kvs.first else { return RESTResponse(.keyNotFound()) }
            var response = wantsJSON ? Self.json(pair, answer) : .raw(pair.value)
            response.add("x-synod-create-revision", "\(pair.createRevision)")
            response.add("x-synod-mod-revision", "\(pair.modRevision)")
            response.add("x-synod-version", "\(pair.version)")
            return response
        }
    }

    func listKeys(
        _ request: RESTRequest, _ query: QueryParameters, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        let prefix = query["prefix"] ?? []
        var range = KeyRange.prefix(prefix)
        if let after = query["after"], !range.skip(upTo: after) {
            throw .badRequest("parameter 'after' lies beyond the prefix")
        }
        range.request.keysOnly = true
        range.request.limit = try query.positiveNumber("limit") ?? 0
        let consistency = try query.consistency(default: .sequential)
        try read(range.request, consistency, request, respond) { answer in
            var object = JSONObject()
            object.add("keys", bytesList: answer.kvs.map(\.key))
            object.add("count", number: Int64(answer.kvs.count))
            object.add("more", answer.more)
            object.add("revision", number: answer.header.revision)
            return .json(object)
        }
    }

    private static func json(_ pair: KeyValue, _ answer: RangeResponse) -> RESTResponse {
        var object = JSONObject()
        object.add("key", bytes: pair.key)
        object.add("value", bytes: pair.value)
        object.add("create_revision", number: pair.createRevision)
        object.add("mod_revision", number: pair.modRevision)
        object.add("version", number: pair.version)
        object.add("revision", number: answer.header.revision)
        return .json(object)
    }

    /// Waits until this node may answer, reads, and responds with what `make` makes of it.
    private func read(
        _ range: RangeRequest, _ consistency: Consistency, _ request: RESTRequest,
        _ respond: @escaping Respond, make: @escaping (RangeResponse) -> RESTResponse
    ) throws(RESTFailure) {
        if consistency == .sequential, let refusal = replica.localReadRefusal {
            throw RESTFailure(refusal)
        }
        let oldest = try oldestRevision(for: request)
        let answer = { [self] in
            if let refusal = refusal(of: request, range) { return respond(RESTResponse(refusal)) }
            count(consistency)
            reader.read(range) { result in
                switch result {
                case .success(let answer):
                    var response = make(answer)
                    response.add("x-synod-revision", "\(answer.header.revision)")
                    respond(response)
                case .failure(let error): respond(RESTResponse(RESTFailure(error)))
                }
            }
        }
        if consistency == .sequential, oldest <= revision { return answer() }
        replica.read { [self] result in
            switch result {
            case .ready where oldest <= revision: answer()
            case .ready:
                // The state holds all that was ever answered, so nobody was given this token.
                respond(RESTResponse(.badRequest("the read token is ahead of the cluster")))
            case .refused(let refusal): respond(RESTResponse(RESTFailure(refusal)))
            case .timedOut:
                respond(RESTResponse(.unavailable("this node could not catch up in time")))
            }
        }
    }

    /// The revision that a read token asks for at least; 0 without a token.
    private func oldestRevision(for request: RESTRequest) throws(RESTFailure) -> Int64 {
        guard let text = request.readToken else { return 0 }
        let token = try ReadToken(text: text)
        guard token.clusterID == replica.node.clusterID else {
            throw .badRequest("the read token is of another cluster")
        }
        return token.revision
    }

    private func count(_ consistency: Consistency) {
        switch consistency {
        case .linearizable: replica.metrics.linearizableReads.increment()
        case .sequential: replica.metrics.sequentialReads.increment()
        }
    }
}
