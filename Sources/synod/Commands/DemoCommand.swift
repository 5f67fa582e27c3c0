internal import SynodClient

/// `synod demo`: shows that every node gives the same answers, on a running cluster or on one of its own,
/// whose roles die meanwhile.
enum DemoCommand {
    static let command = Command(
        name: "demo", arguments: "", summary: "write, read and delete through all nodes, and check",
        details: """
            Writes keys beforehand, then puts, gets and deletes through each node in turn, prints
            every result and compares it with what it must be. The keys carry a prefix of their own
            and are removed in the end. Every result as it must be: status 0; else 1. A node that
            fails meanwhile does no harm: what is uncertain is done again.

            With --nodes it starts a cluster of its own on this machine and stops it in the end. With
            --chaos roles of these nodes die at random and are revived: acceptor, proposer, learner
            or all of them every few seconds, or as the plan says, whose grammar is that of
            synod serve --chaos. Clients go on writing, reading and deleting through all nodes for
            --duration, and until each of these roles has died --deaths times.
            """,
        flags: [
            Flag("populate", "COUNT", default: "10", "keys to write beforehand"),
            Flag(
                "operations", "COUNT", default: "5", "puts, gets and deletes, of each; 5 at least"),
            Flag(
                "nodes", "COUNT", default: "0", "start so many nodes; 0: ask those of --endpoints"),
            Flag("chaos", "PLAN", "acceptor, proposer, learner, all, or a plan; needs --nodes"),
            Flag("duration", "TIME", default: "60s", "with --chaos: how long it goes on at least"),
            Flag("deaths", "COUNT", default: "20", "with --chaos: deaths of each role, at least"),
            Flag(
                "data-dir", "DIRECTORY",
                "with --nodes: where data and logs lie; one that is removed unless told"),
        ] + ClientCommand.connectionFlags,
        run: { values throws(UsageError) in
            guard values.positional.isEmpty else { throw UsageError("no words are needed") }
            let populate = try values.integer("populate", in: 0...Limits.populateMax)
            let operations = try values.integer("operations", in: 5...100_000)
            let nodes = try values.integer("nodes", in: 0...Limits.localNodesMax)
            if nodes > 0 {
                return try DemoCluster(values, nodes: nodes)
                    .run(populate: populate, operations: operations)
            }
            for flag in ["chaos", "duration", "deaths", "data-dir"] where values.isSet(flag) {
                throw UsageError("--\(flag) needs --nodes")
            }
            let client = try ClientCommand.client(values)
            defer { client.close() }
            return Blocking.run {
                var demo = Demo(client: client)
                return await demo.run(populate: populate, operations: operations)
            }
        })
}
