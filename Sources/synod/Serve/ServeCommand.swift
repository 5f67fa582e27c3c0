internal import Observability
internal import Replication

/// `synod serve`: one node.
enum ServeCommand {
    static let command = Command(
        name: "serve", arguments: "[PORT NAME]", summary: "run a node",
        details: """
            Runs one node of a cluster until SIGTERM or Ctrl-C. It takes the flags of etcd 3.5 and
            the variables that go with them: --data-dir is SYNOD_DATA_DIR or ETCD_DATA_DIR. A flag
            wins over SYNOD_..., which wins over ETCD_....

            synod serve PORT NAME runs a cluster of one node at http://127.0.0.1:PORT, which uses
            PORT + 1 for peers and the directory NAME.synod.

            A flag of etcd's that has no effect here yet is accepted with a warning. A security flag
            without effect is refused.
            """,
        flags: ServeFlag.table.map(\.flag),
        exitHelp: ExitCode.serveHelp,
        run: { values throws(UsageError) in try run(values) })

    private static func run(_ values: FlagValues) throws(UsageError) -> ExitCode {
        if try values.boolean("version") { return CommandTable.version.start([], environment: [:]) }
        let configuration = try ServeConfiguration(expanding: values)
        let logger = Logger(
            component: "serve",
            sink: LogSink(level: configuration.logLevel, format: configuration.logFormat))
        for warning in configuration.warnings { logger.warning(warning) }
        if let bug = configuration.injectedBug {
            // Whatever the level of the log is.
            Console.complain(
                "UNSAFE: this node breaks rule \(bug.rule) on purpose (\(bug.name)): "
                    + "\(bug.sentence). Its data are worth nothing.")
        }
        if configuration.stopsAtEndOfInput { EndOfInput.stopProcess() }
        OpenFiles.raiseLimit()
        Wiring.run(configuration)
    }
}
