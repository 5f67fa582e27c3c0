import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

/// A watch cache: everything below the prefix, by the events since a list.
final class KubernetesWatch {
    private let harness: DoorHarness
    private let stream: ClientStream
    private(set) var objects: [[UInt8]: KeyValue] = [:]
    private(set) var complaints: [String] = []
    /// Up to where it knows everything.
    private(set) var revision: Int64
    private(set) var bookmarks = 0
    private(set) var cancellation: WatchResponse?

    /// - Parameter list: what there was at `revision`.
    init(_ harness: DoorHarness, _ list: [KeyValue], at revision: Int64) {
        self.harness = harness
        self.revision = revision
        for pair in list { objects[pair.key] = pair }
        stream = harness.client.stream(WatchMethods.watch, metadata: [("hasleader", "true")])
        stream.onMessage = { [weak self] message in
            if let response = try? WatchResponse(serialized: message) { self?.take(response) }
        }
        let create = WatchCreateRequest.with {
            ($0.key, $0.rangeEnd) = (KubernetesServer.range.key, KubernetesServer.range.rangeEnd)
            ($0.startRevision, $0.prevKv, $0.progressNotify) = (revision + 1, true, true)
        }
        stream.send(WatchRequest.with { $0.createRequest = create }.serializedBytes())
    }

    private func take(_ response: WatchResponse) {
        if response.canceled {
            cancellation = response
        } else if !response.created, response.events.isEmpty {
            bookmarks += 1
            if response.header.revision < revision { complaints.append("a bookmark goes back") }
            revision = max(revision, response.header.revision)
        }
        for event in response.events { take(event) }
    }

    private func take(_ event: Event) {
        let (key, known) = (event.kv.key, objects[event.kv.key])
        if event.kv.modRevision < revision { complaints.append("an event goes back") }
        revision = event.kv.modRevision
        // The server tells its clients of the object as it was.
        if event.hasPrevKv != (known != nil) || (known.map { $0 != event.prevKv } ?? false) {
            complaints.append("another pair before \(event.kv.modRevision)")
        }
        let isCreated = event.kv.createRevision == event.kv.modRevision
        if event.type == .put, isCreated != (known == nil) { complaints.append("created or not") }
        objects[key] = event.type == .put ? event.kv : nil
    }

    /// A consistent read from the cache: asks how far it is until it is as far as the store.
    func catchUp() throws {
        var request = KubernetesServer.range
        (request.limit, request.keysOnly) = (1, true)
        let response: RangeResponse = try harness.call(KVMethods.range, request)
        let (wanted, known) = (response.header.revision, bookmarks)
        stream.send(WatchRequest.with { $0.progressRequest = .init() }.serializedBytes())
        #expect(
            harness.run { (bookmarks > known && revision >= wanted) || cancellation != nil })
    }

    func end() { stream.cancel() }
}
