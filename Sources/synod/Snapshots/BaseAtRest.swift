internal import Glibc
internal import Replication
internal import RocksStorage
internal import Rows

/// A base that no server runs on: each operation is waited for.
final class BaseAtRest {
    let base: RocksBase

    /// Makes an empty one.
    init(_ path: String) throws {
        base = try RocksBase(
            directory: path, wake: {},
            onFailure: { error in
                Console.complain("\(error)")
                _exit(ExitCode.brokenDisk.rawValue)
            })
    }

    func close() { base.close() }

    /// Performs an operation; throws what it says against the files.
    func perform(_ operation: BaseOperation) throws(BackupError) {
        base.submit(operation, ticket: 1)
        base.waitForCompletion()
        for completion in base.takeCompletions() {
            switch completion.outcome {
            case .installationFailed(let reason):
                throw BackupError("the backup cannot be restored: \(reason)")
            case .flushLackedRoom:
                throw BackupError("the backup cannot be restored: there is no room on the disk")
            default: continue
            }
        }
    }
}
