internal import Authentication
internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Transport

/// `Maintenance.Snapshot`: a copy of all that this node has, as one file (docs/DataOnDisk.md).
final class SnapshotService {
    private let replica: Replica
    private let gate: Gate
    private let version: String

    init(replica: Replica, gate: Gate, version: String) {
        self.replica = replica
        self.gate = gate
        self.version = version
    }

    /// One call: the answer begins with the request, which says nothing.
    func snapshot(_ stream: ServerStream) {
        stream.onMessage = { [self, unowned stream] message in begin(message, stream) }
    }

    private func begin(_ message: UnsafeRawBufferPointer, _ stream: ServerStream) {
        do throws(WireError) {
            _ = try SnapshotRequest(serialized: message)
        } catch {
            return stream.finish(CallFailure(error).status)
        }
        stream.onMessage = nil
        guard gate.isOn else { return send(stream) }
        let right = RPCRights.right(of: stream.path)
        gate.keeper.ask(Bearer(stream)) { rights, _ throws(KVError) in
            try right.require(rights)
        } then: { [self] refusal in
            if let refusal { return stream.finish(CallFailure(refusal).status) }
            send(stream)
        }
    }

    private func send(_ stream: ServerStream) {
        let sender = BackupSender(stream, version: version)
        do throws(Backup.Refusal) {
            sender.start(try replica.beginBackup { sender.opened($0) })
        } catch {
            stream.finish(error.status)
        }
    }
}

extension Backup.Refusal {
    /// As a call's end.
    var status: GRPCStatus {
        switch self {
        case .noBase:
            GRPCStatus(
                .failedPrecondition,
                "synod: this node keeps everything in memory (--storage memory) and gives no snapshot"
            )
        case .busy:
            GRPCStatus(
                .resourceExhausted, "synod: another snapshot of this node is being taken")
        case .notReady(let reason): GRPCStatus(.unavailable, "synod: \(reason)")
        case .gone:
            GRPCStatus(
                .unavailable, "synod: the snapshot has gone in favour of newer ones; try again")
        }
    }
}
