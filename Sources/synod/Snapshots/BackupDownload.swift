internal import EtcdMessages
internal import EventLoops
internal import GRPC
internal import Protobuf
internal import SynodClient
internal import Transport

/// Takes a snapshot of one node into a file. It writes each piece before it takes the next one, so that a slow disk
/// slows the node's reading, and nothing is gathered in memory.
final class BackupDownload {
    private let loop = EventLoop()
    private let target: PlainFile
    private let onProgress: (_ received: UInt64, _ total: UInt64) -> Void
    private let patienceMilliseconds: UInt64
    private var received: UInt64 = 0
    private var end: GRPCStatus?
    private var failure: SystemError?
    private var timer: LoopTimer?

    init(
        into target: PlainFile, patienceMilliseconds: UInt64,
        onProgress: @escaping (_ received: UInt64, _ total: UInt64) -> Void
    ) {
        self.target = target
        self.patienceMilliseconds = patienceMilliseconds
        self.onProgress = onProgress
    }

    /// Takes all of it; the status with which the call ended. Blocking. Once only.
    func run(
        _ endpoint: Endpoint, _ links: LinkSecurity
    ) throws(SystemError) -> GRPCStatus {
        var settings = links.settings(for: endpoint)
        settings.connectMilliseconds = min(
            settings.connectMilliseconds, patienceMilliseconds)
        let connection = ClientConnection(loop: loop, configuration: settings)
        let stream = connection.stream(
            MaintenanceMethods.snapshot, metadata: links.metadata)
        stream.onMessage = { [unowned self, unowned stream] in receive($0, stream) }
        stream.onClose = { [unowned self] status in end = status }
        stream.send(SnapshotRequest().serializedBytes())
        stream.halfClose()
        wait(stream)
        while end == nil { loop.runOnce(waiting: true) }
        timer?.cancel()
        connection.close()
        if let failure { throw failure }
        return end ?? GRPCStatus(.internal, "the call ended without a status")
    }

    /// Gives up when nothing comes for too long.
    private func wait(_ stream: ClientStream) {
        timer?.cancel()
        timer = loop.schedule(afterMilliseconds: patienceMilliseconds) { [unowned self] in
            end = GRPCStatus(.deadlineExceeded, "nothing came for \(patienceMilliseconds) ms")
            stream.cancel()
        }
    }

    private func receive(_ message: UnsafeRawBufferPointer, _ stream: ClientStream) {
        guard failure == nil else { return }
        wait(stream)
        do {
            let response = try SnapshotResponse(serialized: message)
            try response.blob.withUnsafeBytes { try target.append($0) }
            received += UInt64(response.blob.count)
            onProgress(received, received + response.remainingBytes)
        } catch let error as SystemError {
            failure = error
            stream.cancel()
        } catch {
            stream.cancel()
        }
    }
}
