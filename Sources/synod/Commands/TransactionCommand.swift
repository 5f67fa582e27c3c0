internal import SynodClient

/// `synod txn`.
enum TransactionCommand {
    static let transaction = ClientCommand(
        name: "txn", arguments: "", summary: "several operations in one step",
        details: """
            Reads three lists from standard input, each ended by an empty line: comparisons, the
            operations to execute if all of them hold, and the operations to execute otherwise.

              value("greeting") = "hello"

              put greeting goodbye

              get greeting

            A comparison has value, version, create, mod or lease before its key, and =, !=, < or >.
            An operation is put KEY VALUE, get KEY [RANGE_END] or del KEY [RANGE_END]; behind that the
            flags that these commands have. Both outcomes of the comparisons give status 0.
            """,
        flags: [], isRead: false,
        perform: { context in
            guard context.values.positional.isEmpty else { throw UsageError("no words are needed") }
            let printer = try ResultPrinter(context.values)
            let compare = try section("compares:", TransactionSyntax.comparison)
            let success = try section(
                "success requests (get, put, del):", TransactionSyntax.operation)
            let failure = try section(
                "failure requests (get, put, del):", TransactionSyntax.operation)
            let result = try await context.client.txn(
                compare: compare, success: success, failure: failure)
            printer.transaction(result)
            return .success
        })

    /// Reads the lines up to an empty one, or to the end of the input.
    private static func section<Item>(
        _ title: String, _ parse: (String) throws(UsageError) -> Item
    ) throws(UsageError) -> [Item] {
        if Console.isInteractive { Console.line(title) }
        var items: [Item] = []
        while let line = try Console.readText(), !line[...].trimmed.isEmpty {
            items.append(try parse(line))
        }
        return items
    }
}
