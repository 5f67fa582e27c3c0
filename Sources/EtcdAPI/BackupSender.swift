internal import Digests
internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication

/// One backup on its way to a client. The next piece is read when the connection has taken the last ones, so that a
/// client that reads slowly costs no memory; a client that goes ends it.
final class BackupSender {
    private let stream: StreamCaller
    private let version: String
    private let digest = RunningSHA256()
    private var backup: Backup?
    /// What the client has not been sent yet, without the digest.
    private var remainingByteCount: UInt64 = 0
    private var isReading = false

    init(_ stream: StreamCaller, version: String) {
        self.stream = stream
        self.version = version
    }

    func start(_ backup: Backup) {
        self.backup = backup
        stream.onEnd = { [self] in end() }
        stream.onDrain = { [self] in goOn() }
        backup.onStall = { [self] in
            finish(
                GRPCStatus(
                    .deadlineExceeded, "synod: nothing of the snapshot was read for too long"))
        }
    }

    /// The copy is there, or there is none.
    func opened(_ result: Result<BackupHeader, Backup.Refusal>) {
        switch result {
        case .failure(let refusal): finish(refusal.status)
        case .success(let header):
            remainingByteCount = header.digestedByteCount
            send(header.encoded)
            goOn()
        }
    }

    private func goOn() {
        guard let backup, backup.header != nil, !isReading,
            stream.bufferedBytes < Limits.snapshotBytesWaiting
        else { return }
        isReading = true
        backup.read { [self] result in
            isReading = false
            switch result {
            case .success(let bytes): take(bytes)
            case .failure(let refusal): finish(refusal.status)
            }
        }
    }

    private func take(_ bytes: [UInt8]) {
        guard let backup, let header = backup.header else { return }
        if !bytes.isEmpty {
            send(bytes)
            return goOn()
        }
        if header.paddingByteCount > 0 {
            send([UInt8](repeating: 0, count: header.paddingByteCount))
        }
        answer(digest.finish())
        finish(.ok)
    }

    private func send(_ bytes: [UInt8]) {
        digest.add(bytes)
        remainingByteCount -= UInt64(bytes.count)
        answer(bytes)
    }

    private func answer(_ bytes: [UInt8]) {
        var response = SnapshotResponse()
        response.remainingBytes = remainingByteCount
        response.blob = bytes
        response.version = version
        stream.send(response)
    }

    private func finish(_ status: GRPCStatus) {
        end()
        stream.finish(status)
    }

    private func end() {
        backup?.onStall = {}
        backup?.end()
        backup = nil
    }
}
