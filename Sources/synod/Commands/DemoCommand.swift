internal import SynodClient

/// `synod demo`: shows on a running cluster that every node gives the same answers.
enum DemoCommand {
    static let command = Command(
        name: "demo", arguments: "", summary: "write, read and delete through all nodes, and check",
        details: """
            Writes keys beforehand, then puts, gets and deletes through each node in turn, prints
            every result and compares it with what it must be. The keys carry a prefix of their own
            and are removed in the end. Every result as it must be: status 0; else 1. A node that
            fails meanwhile does no harm: what is uncertain is done again.
            """,
        flags: [
            Flag("populate", "COUNT", default: "10", "keys to write beforehand"),
            Flag(
                "operations", "COUNT", default: "5", "puts, gets and deletes, of each; 5 at least"),
        ] + ClientCommand.connectionFlags,
        run: { values throws(UsageError) in
            guard values.positional.isEmpty else { throw UsageError("no words are needed") }
            let populate = try values.integer("populate", in: 0...Limits.populateMax)
            let operations = try values.integer("operations", in: 5...100_000)
            let client = try ClientCommand.client(values)
            defer { client.close() }
            return Blocking.run {
                var demo = Demo(client: client)
                return await demo.run(populate: populate, operations: operations)
            }
        })
}
