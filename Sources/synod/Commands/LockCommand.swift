internal import Glibc
internal import SynodClient

/// `synod lock`: a lock, held until it is given back.
enum LockCommand {
    static let command = Command(
        name: "lock", arguments: "NAME [-- COMMAND [ARGUMENT...]]",
        summary: "take a lock and hold it",
        details: """
            Waits for the lock NAME, prints the key that holds it, and holds it until a signal comes. With
            COMMAND it runs that instead, and ends with its status; ETCD_LOCK_KEY is the key, ETCD_LOCK_REV
            its create revision: a transaction that compares the two (create("KEY") = "REV") does nothing
            once the lock is somebody else's. When the lease is lost, COMMAND gets SIGTERM, and the status
            is 1. A signal while it waits gives status 1, too.
            """,
        flags: flags,
        run: { values throws(UsageError) in
            guard let name = values.positional.first, !name.isEmpty else {
                throw UsageError("NAME is needed")
            }
            let words = Array(values.positional.dropFirst())
            let printer = try ResultPrinter(values)
            let seconds = Int64(try values.integer("ttl", in: 1...1_000_000))
            // Before any thread is there.
            let signals = SignalInbox([SIGINT, SIGTERM, SIGHUP])
            let client = try ClientCommand.client(values)
            defer { client.close() }
            let holder = LockHolder(words, printer)
            let status = ContestRun(client, signals: signals).run(
                seconds: seconds,
                enter: { lease in
                    do throws(ClientError) {
                        return .success(
                            try await client.lock(
                                Array(name.utf8), lease: lease,
                                timeoutMilliseconds: Limits.contestMilliseconds))
                    } catch { return .failure(error) }
                },
                hold: { holder.hold($0, &$1) })
            // A program's status may be none of ours.
            guard let code = ExitCode(rawValue: status) else { exit(status) }
            return code
        })

    static let flags =
        [Flag("ttl", "SECONDS", default: "10", "the lease, and so how long a lost holder holds")]
        + [ClientCommand.outputFlag] + ClientCommand.connectionFlags
}
