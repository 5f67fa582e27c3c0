internal import EtcdMessages
internal import Protobuf
internal import SynodClient

/// Follows one watch from node to node: the next one goes on behind the last change.
final class WatchFollower {
    private let endpoints: [Endpoint]
    private let links: LinkSecurity
    private var request: WatchCreateRequest
    private let printer: WatchPrinter

    init(
        _ endpoints: [Endpoint], _ links: LinkSecurity, _ request: WatchCreateRequest,
        _ printer: WatchPrinter
    ) {
        self.endpoints = endpoints
        self.links = links
        self.request = request
        self.printer = printer
    }

    /// Prints until there is nothing more to come. Blocking. Once only.
    func run() -> ExitCode {
        let follower = StreamFollower(endpoints, links, WatchMethods.watch) { [unowned self] in
            var message = WatchRequest()
            message.createRequest = request
            return message.serializedBytes()
        } receive: { [unowned self] message in
            receive(message)
        }
        return follower.run()
    }

    private func receive(_ message: UnsafeRawBufferPointer) -> ExitCode? {
        guard let response = try? WatchResponse(serialized: message) else { return nil }
        if response.canceled {
            let reason =
                response.compactRevision > 0
                ? "the changes before revision \(response.compactRevision) were compacted"
                : response.cancelReason
            Console.complain(reason)
            return .failed
        }
        if response.created {
            if request.startRevision == 0 { request.startRevision = response.header.revision + 1 }
        } else if let last = response.events.last {
            printer.print(response)
            request.startRevision = last.kv.modRevision + 1
        }
        return nil
    }
}
