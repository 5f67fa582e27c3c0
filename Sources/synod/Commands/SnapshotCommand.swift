/// `synod snapshot`: backups, taken, looked at and made a new cluster of.
enum SnapshotCommand {
    static let command = Command(
        name: "snapshot", arguments: "save|status|restore FILE",
        summary: "take a backup, look at one, or make a new cluster of one",
        details: """
            save FILE         takes a backup of the first node of --endpoints that gives one: all keys with
                              their old revisions, as they are at that node when it is asked. The node must
                              not have been started with --storage memory.
            status FILE       verifies a backup and prints its hash, its revision, its number of keys and
                              its size in bytes.
            restore FILE      makes, out of a backup and without any node, the data directory of one member
                              of a new cluster; do it for each member, with the same file and the same
                              --initial-cluster, and then start them with the same flags. Revisions go on
                              --bump-revision above those of the backup, and all below are compacted, so
                              that no watcher takes the new history for the old one. Sessions are over.
            """,
        flags: saveFlags + restoreFlags,
        run: { values throws(UsageError) in
            guard values.positional.count == 2 else {
                throw UsageError("what to do and a file are needed: save, status or restore FILE")
            }
            let path = values.positional[1]
            switch values.positional[0] {
            case "save": return try SnapshotSave.run(path, values)
            case "status": return SnapshotStatus.run(path, try ResultPrinter(values).form)
            case "restore": return try SnapshotRestore(values).run(path)
            default:
                throw UsageError("\"\(values.positional[0])\" is none of save, status, restore")
            }
        })

    private static let saveFlags: [Flag] =
        [
            ClientCommand.endpointsFlag,
            Flag(
                "timeout", "MILLISECONDS", default: "60000",
                "save: how long to wait while nothing comes", environment: ["SYNOD_TIMEOUT"]),
            ClientCommand.outputFlag,
        ] + SecurityFlags.all

    private static let restoreFlags: [Flag] =
        SnapshotRestore.memberFlags.compactMap { name in
            ServeFlag.effective.first { $0.flag.name == name }.map { entry in
                Flag(
                    name, entry.flag.argument ?? "", default: entry.flag.fallback,
                    "restore: \(entry.flag.help)")
            }
        } + [
            Flag(
                "bump-revision", "COUNT", default: "1000000000",
                "restore: more than the old cluster has gone on by since the backup"),
            Flag(switch: "skip-hash-check", "restore: take a file whose SHA-256 is wrong"),
        ]
}
