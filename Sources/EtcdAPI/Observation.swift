internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import Watching

/// One call of `Election.Observe`: the leader's key now, each of its later values, and the same of each later leader.
final class Observation {
    private let caller: StreamCaller
    private let calls: StoreCalls
    private let prefix: [UInt8]
    private var wait: ChangeWait?
    /// What becomes of the leader's key.
    private var stream: WatchStream?

    init(_ caller: StreamCaller, name: [UInt8], _ calls: StoreCalls) {
        self.caller = caller
        self.calls = calls
        prefix = .contest(name)
    }

    /// The call's end keeps it until then.
    func begin() {
        caller.onEnd = { [self] in end() }
        caller.onDrain = { [weak self] in self?.pump() }
        find()
    }

    private func end() {
        wait?.end()
        wait = nil
        stream?.end()
        stream = nil
    }

    /// Looks who leads; waits for somebody if nobody does.
    private func find() {
        guard caller.isOpen else { return }
        calls.range(.first(below: prefix)) { [self] result in
            guard caller.isOpen else { return }
            switch result {
            case .failure(let failure): caller.finish(failure.status)
            case .success(let range):
                let next = range.header.revision + 1
                guard let leader = range.kvs.first else { return waitForSomebody(from: next) }
                send(leader, range.header)
                follow(leader.key, from: next)
            }
        }
    }

    private func waitForSomebody(from revision: Int64) {
        let request = WatchCreateRequest.with {
            $0.key = prefix
            $0.rangeEnd = prefix.prefixEnd
            $0.startRevision = revision
            $0.filters = [.nodelete]
        }
        wait = ChangeWait(request, calls) { [self] failure in
            wait = nil
            if let failure { caller.finish(failure.status) } else { find() }
        }
    }

    private func follow(_ key: [UInt8], from revision: Int64) {
        let stream = calls.replica.watches.makeStream()
        self.stream = stream
        stream.onOutput = { [weak self] in self?.pump() }
        stream.create(
            .with {
                $0.key = key
                $0.startRevision = revision
            })
    }

    private func pump() {
        while caller.isOpen, caller.bufferedBytes < Limits.observationBytesWaiting,
            let output = stream?.next()
        {
            switch output {
            case .answer(let response):
                if let refusal = response.watchRefusal { return caller.finish(refusal.status) }
                if response.canceled { return lookAgain() }
            case .events(let response):
                let decoded = try? WatchResponse(serializedBytes: response.serializedBytes())
                guard let decoded else { preconditionFailure("a response that is not one") }
                for event in decoded.events {
                    if event.type == .delete { return lookAgain() }
                    send(event.kv, decoded.header)
                }
            }
        }
    }

    /// That leader is gone.
    private func lookAgain() {
        stream?.end()
        stream = nil
        calls.afterThisTurn { [self] in find() }
    }

    private func send(_ leader: KeyValue, _ header: ResponseHeader) {
        var response = LeaderResponse()
        response.header = header
        response.header.sign(by: calls.replica)
        response.kv = leader
        caller.send(response)
    }
}
