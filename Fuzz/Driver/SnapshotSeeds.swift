internal import Basics
internal import FuzzTargets
internal import MVCC
internal import Paxos
internal import Replication
internal import Rows
internal import StateMachine

/// Snapshots of clusters that have done a little.
enum SnapshotSeeds {
    static var headers: [[UInt8]] {
        (0..<3).map { count in
            let files = (0..<count).map {
                SnapshotFile(name: "00000\($0).sst", byteCount: UInt64($0 * 900), checksum: 7)
            }
            let header = BackupHeader(
                cluster: ClusterID(1), revision: 5, keyCount: 2,
                snapshot: SnapshotDescription(slot: 9, files: files))
            return [0] + header.encoded[20...]
        }
    }

    static var tables: [[UInt8]] {
        let machine = ReplicatedState()
        do throws(KeyBaseError) {
            try machine.restore([], over: NoKeys())
        } catch {
            fatalError("\(error)")
        }
        var writer = ByteWriter()
        for row in machine.freezeTables().rows {
            writer.writeString(row.name)
            writer.writeBytes(row.bytes)
        }
        return [[2] + writer.bytes]
    }
}
