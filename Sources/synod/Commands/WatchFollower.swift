internal import EtcdMessages
internal import Protobuf
internal import SynodClient

/// Follows one watch from node to node: the next one goes on behind the last change.
final class WatchFollower {
    private let nodes: StreamFollower.Nodes
    private var request: WatchCreateRequest
    private let printer: WatchPrinter

    init(
        _ nodes: StreamFollower.Nodes, _ request: WatchCreateRequest, _ printer: WatchPrinter
    ) {
        self.nodes = nodes
        self.request = request
        self.request.progressNotify = true
        self.printer = printer
    }

    /// Prints until there is nothing more to come. Blocking. Once only.
    func run() -> ExitCode {
        let follower = StreamFollower(nodes, WatchMethods.watch) { [unowned self] in
            var message = WatchRequest()
            message.createRequest = request
            return message.serializedBytes()
        } receive: { [unowned self] message in
            receive(message)
        }
        return follower.run()
    }

    private func receive(_ message: UnsafeRawBufferPointer) -> StreamFollower.Verdict {
        guard let response = try? WatchResponse(serialized: message) else { return .taken }
        if response.canceled {
            return .refused(
                response.compactRevision > 0
                    ? "the changes before revision \(response.compactRevision) were compacted"
                    : response.cancelReason)
        }
        if response.created {
            if request.startRevision == 0 { request.startRevision = response.header.revision + 1 }
        } else if let last = response.events.last {
            printer.print(response)
            request.startRevision = last.kv.modRevision + 1
        } else {
            // Progress: there is nothing to tell up to here, and what lies below may be compacted.
            request.startRevision = max(request.startRevision, response.header.revision + 1)
        }
        return .taken
    }
}
