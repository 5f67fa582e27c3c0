internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import Transport
internal import Watching

/// One watch as server-sent events: a client with `curl`, or a browser, which goes on by itself behind the last event
/// that it got.
final class WatchFeed {
    private let exchange: HTTPExchange
    private let stream: WatchStream
    /// Called once, when it is over.
    var onEnd: () -> Void = {}

    init(_ exchange: HTTPExchange, _ replica: Replica) {
        self.exchange = exchange
        stream = replica.watches.makeStream()
    }

    func start(_ request: WatchCreateRequest) {
        stream.onOutput = { [weak self] in self?.pump() }
        exchange.onDrain = { [weak self] in self?.pump() }
        exchange.onClose = { [weak self] in self?.close() }
        stream.create(request)
    }

    private func pump() {
        while exchange.isOpen, exchange.bufferedBytes < Limits.watchBytesWaiting,
            let output = stream.next()
        {
            switch output {
            case .answer(let response): take(response)
            case .events(let response):
                let decoded = try? WatchResponse(serializedBytes: response.serializedBytes())
                guard let decoded else { preconditionFailure("a response that is not one") }
                send(decoded.events)
            }
        }
    }

    private func take(_ response: WatchResponse) {
        if response.created, !response.canceled {
            exchange.startStreaming(
                status: 200,
                headers: [("content-type", "text/event-stream"), ("cache-control", "no-store")])
            return send("created", id: nil) { $0.add("revision", number: response.header.revision) }
        }
        guard response.canceled else { return }
        if response.created {
            let answer = RESTResponse(
                RESTFailure(status: 503, reason: response.cancelReason))
            exchange.respond(
                status: answer.status, headers: [("content-type", answer.contentType)],
                body: answer.body)
        } else {
            send("compacted", id: nil) {
                $0.add("compacted_revision", number: response.compactRevision)
            }
            exchange.end()
        }
        close()
    }

    /// Ends the answer, after what was sent.
    func end() {
        if exchange.isOpen {
            exchange.startStreaming(status: 503)
            exchange.end()
        }
        close()
    }

    private func close() {
        stream.end()
        let action = onEnd
        onEnd = {}
        action()
    }

    private func send(_ events: [Event]) {
        for (place, event) in events.enumerated() {
            let revision = event.kv.modRevision
            // Whoever comes again with the last id has the whole of its revision.
            let isLast = place + 1 == events.count || events[place + 1].kv.modRevision != revision
            send(event.type == .delete ? "delete" : "put", id: isLast ? revision : nil) {
                $0.add("key", bytes: event.kv.key)
                if event.type != .delete { $0.add("value", bytes: event.kv.value) }
                $0.add("revision", number: revision)
                if event.type != .delete {
                    $0.add("create_revision", number: event.kv.createRevision)
                    $0.add("version", number: event.kv.version)
                }
            }
        }
    }

    private func send(_ name: String, id: Int64?, _ populate: (inout JSONObject) -> Void) {
        var object = JSONObject()
        populate(&object)
        var text = Array("event: \(name)\n".utf8)
        if let id { text += Array("id: \(id)\n".utf8) }
        text += Array("data: ".utf8) + object.finished() + Array("\n\n".utf8)
        exchange.sendChunk(text)
    }
}
