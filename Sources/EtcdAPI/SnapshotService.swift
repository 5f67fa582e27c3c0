internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication

/// `Maintenance.Snapshot`: a copy of all that this node has, as one file (docs/DataOnDisk.md).
final class SnapshotService {
    private let replica: Replica
    private let version: String

    init(replica: Replica, version: String) {
        self.replica = replica
        self.version = version
    }

    /// One call: the answer begins with the request, which says nothing.
    func snapshot(_ caller: StreamCaller) {
        caller.takeOne { [self, unowned caller] message in begin(message, caller) }
    }

    private func begin(_ message: UnsafeRawBufferPointer, _ caller: StreamCaller) {
        do throws(WireError) {
            _ = try SnapshotRequest(serialized: message)
        } catch {
            return caller.finish(CallFailure(error).status)
        }
        let sender = BackupSender(caller, version: version)
        do throws(Backup.Refusal) {
            sender.start(try replica.beginBackup { sender.opened($0) })
        } catch {
            caller.finish(error.status)
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
        case .noRoom:
            GRPCStatus(
                .resourceExhausted,
                "synod: the disk of this node has no room for a copy: free space, or ask another node"
            )
        case .gone:
            GRPCStatus(
                .unavailable, "synod: the snapshot has gone in favour of newer ones; try again")
        case .damaged(let file):
            GRPCStatus(
                .dataLoss, "synod: \(file) of the snapshot has another length than it was made with"
            )
        }
    }
}
