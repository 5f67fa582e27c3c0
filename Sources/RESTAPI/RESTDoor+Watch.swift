internal import Authentication
internal import EtcdMessages
internal import Replication
internal import StateMachine
internal import Transport
internal import Watching

/// `GET /kv/watch`: changes of a key, or of all keys with a prefix, as server-sent events.
extension RESTDoor {
    static let watchPath = "/kv/watch"

    func answerWatch(_ exchange: HTTPExchange) {
        exchange.endsWithInput = true
        do throws(RESTFailure) {
            let request = try watchRequest(exchange)
            guard keeper.isOn else { return try begin(request, exchange) }
            keeper.ask(Bearer(exchange)) { rights, _ throws(KVError) in
                try rights.requireRead(request.interval)
            } then: { [self] refusal in
                do throws(RESTFailure) {
                    if let refusal { throw RESTFailure(refusal) }
                    try begin(request, exchange)
                } catch {
                    fail(error, exchange)
                }
            }
        } catch {
            fail(error, exchange)
        }
    }

    private func begin(
        _ request: WatchCreateRequest, _ exchange: HTTPExchange
    ) throws(RESTFailure) {
        // Nobody would tell of the end of one who went while its rights were asked for.
        guard exchange.isOpen else { return }
        guard feeds.count < Limits.feedsMax else {
            throw .unavailable("too many watches on this node")
        }
        let feed = WatchFeed(exchange, replica)
        feeds.append(feed)
        feed.onEnd = { [unowned self, unowned feed] in feeds.removeAll { $0 === feed } }
        feed.start(request)
    }

    private func fail(_ failure: RESTFailure, _ exchange: HTTPExchange) {
        let response = RESTResponse(failure)
        exchange.respond(
            status: response.status,
            headers: [("content-type", response.contentType)]
                + response.headers.map { ($0.name, $0.value) },
            body: response.body)
    }

    /// To be called now and then: ends feeds that this node cannot go on with. Their clients come again, here or
    /// elsewhere, behind the last event.
    package func tick() {
        guard !feeds.isEmpty, replica.streamRefusal != nil else { return }
        for feed in feeds { feed.end() }
    }

    private func watchRequest(_ exchange: HTTPExchange) throws(RESTFailure) -> WatchCreateRequest {
        guard exchange.method == "GET" else { throw .methodNotAllowed("GET") }
        if let refusal = replica.localReadRefusal ?? replica.streamRefusal {
            throw RESTFailure(refusal)
        }
        let query = try QueryParameters(
            exchange.query.utf8, known: ["key", "prefix", "revision"])
        var request = WatchCreateRequest()
        switch (query["key"], query["prefix"]) {
        case (nil, let prefix?):
            let range = KeyRange.prefix(prefix).request
            request.key = range.key
            request.rangeEnd = range.rangeEnd
        case (_?, nil): request.key = try query.requiredKey()
        default: throw .badRequest("one of the parameters 'key' and 'prefix' is needed")
        }
        request.startRevision = try query.positiveNumber("revision") ?? 0
        if let last = exchange.header("last-event-id") {
            guard let revision = Int64(last), revision > 0, revision < .max else {
                throw .badRequest("the header last-event-id is no revision")
            }
            request.startRevision = revision + 1
        }
        return request
    }
}
