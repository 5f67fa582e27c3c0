internal import Paxos
internal import Replication
internal import Rows

/// `synod snapshot status FILE`.
enum SnapshotStatus {
    static func run(_ path: String, _ form: ResultPrinter.Form) -> ExitCode {
        do {
            let backup = try BackupFile(path)
            Console.line(form == .json ? json(backup) : simple(backup))
            return .success
        } catch {
            Console.complain("\(error)")
            return .failed
        }
    }

    /// Hash, revision, keys, bytes, as etcdctl has them.
    private static func simple(_ backup: BackupFile) -> String {
        let hash = Hexadecimal.encode(Array(backup.digest.prefix(4)))
        let header = backup.header
        return "\(hash), \(header.revision), \(header.keyCount), \(backup.byteCount)"
    }

    private static func json(_ backup: BackupFile) -> String {
        let header = backup.header
        return JSONText.encode(
            .object([
                ("hash", .unsigned(UInt64(backup.hash))), ("revision", .number(header.revision)),
                ("totalKey", .unsigned(header.keyCount)),
                ("totalSize", .unsigned(backup.byteCount)),
                ("slot", .unsigned(header.snapshot.slot)),
                ("cluster", .unsigned(header.cluster.rawValue)),
                ("sha256", .text(Hexadecimal.encode(backup.digest))),
            ]))
    }
}
