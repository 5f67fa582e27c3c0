internal import SynodClient

/// `synod torture`: puts a running cluster under load and checks what it answers.
enum TortureCommand {
    static let command = Command(
        name: "torture", arguments: "",
        summary: "put a cluster under load, and check every answer for consistency",
        details: """
            Many clients put, get (linearizable, serializable, at old revisions), delete, append,
            compare and set, and run transactions through all nodes at once. Everything they asked
            and were told is kept; in the end an order is searched in which it can have happened.
            Checked are linearizability, exactly-once effects, revisions, conditions, that every
            acknowledged write is there and no refused one, and that all nodes hold the same.

            The cluster may be one of etcd; appends are left out there. Kill and freeze nodes, cut
            their network: none of that is a reason for a violation. With --faults, roles of the
            nodes die and their logs hang by order, on servers that were started with
            --enable-fault-injection.

            Nothing is touched but keys under a random prefix, which are deleted in the end. What is
            kept is limited: after \(Limits.tortureOperationsMax) operations the clients stop.
            """,
        flags: [
            ClientCommand.endpointsFlag,
            Flag("duration", "TIME", default: "30s", "how long the clients work, as 90s or 5m"),
            Flag("clients", "COUNT", default: "16", "clients that work at the same time"),
            Flag("keys", "COUNT", default: "8", "keys that are in use at the same time"),
            Flag("rate", "COUNT", default: "1000", "operations per second, all clients together"),
            Flag("seed", "NUMBER", "what the clients do; random by default, and printed"),
            Flag(
                "timeout", "MILLISECONDS", default: "2000",
                "how long a client waits for an answer, retries included"),
            Flag("faults", "KIND", default: "none", "faults by order: none, roles, flush, all"),
        ],
        exitHelp: """
            Exit status:
              0  no violation was found
              1  a violation was found; it is printed
              2  the command line does not make sense
              3  the cluster could not be asked, or does not take the faults: nothing was checked
              4  undecided: no violation was found, but for some key the search was given up
            """,
        run: { values throws(UsageError) in
            let configuration = try TortureConfiguration(values)
            return Blocking.run { await Torture(configuration).run() }
        })
}
