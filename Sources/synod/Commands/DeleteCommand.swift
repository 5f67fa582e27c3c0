internal import SynodClient

/// `synod del`.
enum DeleteCommand {
    static let flags =
        KeyArguments.flags + [Flag(switch: "prev-kv", "also print the deleted pairs")]

    static let delete = ClientCommand(
        name: "del", arguments: "KEY [RANGE_END]", summary: "delete a key, or many",
        details: "Deletes KEY, or a range of keys, and prints how many there were.",
        flags: flags,
        isRead: false,
        perform: { context in
            let keys = try KeyArguments.range(context.values)
            let printer = try ResultPrinter(context.values)
            let result = try await context.client.delete(
                keys, returnsPrevious: try context.values.boolean("prev-kv"))
            printer.delete(result)
            return .success
        })
}
