/// All commands, in the order of the help.
enum CommandTable {
    static let all: [Command] =
        [ServeCommand.command, ClusterCommand.command, RecoverCommand.command]
        + ClientCommand.all.map(\.command)
        + [
            WatchCommand.command, LockCommand.command, ElectCommand.command,
            SnapshotCommand.command, ShellCommand.command,
            DemoCommand.command,
            SimulateCommand.command,
            TortureCommand.command, ExploreCommand.command,
        ]
        + [version]

    static let version = Command(
        name: "version", arguments: "", summary: "print the version",
        details: "Prints Synod's version, and the version of etcd's API that its servers speak.",
        flags: [],
        run: { _ throws(UsageError) in
            Console.line("synod \(Version.synod)\netcd API \(Version.etcdAPI)")
            return .success
        })

    /// What `synod --help` prints.
    static var help: String {
        let width = all.map(\.name.count).max() ?? 0
        let lines = all.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2)
                + command.summary
        }
        return """
            usage: synod COMMAND [ARGUMENT...]

            Synod is a linearizable, distributed key-value store that speaks the etcd v3 API.

            Commands:
            \(lines.joined(separator: "\n"))

            synod COMMAND --help explains a command. Flags without a command serve, as etcd does:
            synod --name a --data-dir a.synod ...

            Flags of the commands that ask a cluster are also variables: --endpoints is SYNOD_ENDPOINTS or
            ETCDCTL_ENDPOINTS, and so it is with --user, --password, --cacert, --cert, --key,
            --insecure-skip-tls-verify and --insecure-transport; --timeout is SYNOD_TIMEOUT.

            \(ExitCode.help)
            """
    }
}
