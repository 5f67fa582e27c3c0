internal import SynodClient

/// The commands that write one key.
enum PutCommand {
    static let flags: [Flag] = [
        Flag(switch: "prev-kv", "also print the pair before"),
        Flag("lease", "ID", default: "0", "the key goes with this lease (hexadecimal)"),
    ]

    static let put = ClientCommand(
        name: "put", arguments: "KEY VALUE", summary: "write a key",
        details: "Writes VALUE to KEY, whether or not it exists. \(input)",
        flags: flags,
        isRead: false,
        perform: { context in
            let (key, value) = try pair(context)
            let result = try await context.client.put(
                key, value, returnsPrevious: try context.values.boolean("prev-kv"),
                lease: try LeaseCommand.id(context.values.text("lease")))
            try ResultPrinter(context.values).done(result.info, previous: result.previous)
            return .success
        })

    static let insert = ClientCommand(
        name: "insert", arguments: "KEY VALUE", summary: "write a key that does not exist",
        details: "Writes VALUE to KEY if KEY does not exist; else status 1. \(input)",
        flags: [], isRead: false,
        perform: { context in
            let (key, value) = try pair(context)
            return try await conditional(
                context, .isAbsent(key), .put(key: key, value: value), "the key exists already")
        })

    static let update = ClientCommand(
        name: "update", arguments: "KEY VALUE", summary: "write a key that exists",
        details: "Writes VALUE to KEY if KEY exists; else status 1. \(input)",
        flags: [], isRead: false,
        perform: { context in
            let (key, value) = try pair(context)
            return try await conditional(
                context, .exists(key), .put(key: key, value: value), "the key does not exist")
        })

    static let append = ClientCommand(
        name: "append", arguments: "KEY VALUE", summary: "add to the end of a value",
        details: """
            Adds VALUE at the end of what KEY holds, in one step; a missing key counts as empty.
            \(input)
            """,
        flags: [], isRead: false,
        perform: { context in
            let (key, value) = try pair(context)
            let result = try await context.client.append(key, value)
            try ResultPrinter(context.values).done(result.info)
            return .success
        })

    private static let input = "A VALUE of - stands for the bytes of standard input."

    private static func conditional(
        _ context: ClientCommand.Context, _ condition: Compare, _ operation: Operation,
        _ refusal: String
    ) async throws -> ExitCode {
        let printer = try ResultPrinter(context.values)
        let result = try await context.client.txn(compare: [condition], success: [operation])
        guard result.succeeded else {
            Console.complain(refusal)
            return .failed
        }
        printer.done(result.info)
        return .success
    }

    private static func pair(
        _ context: ClientCommand.Context
    ) throws(UsageError) -> (key: [UInt8], value: [UInt8]) {
        let words = context.values.positional
        guard words.count == 2 else {
            throw UsageError("KEY and VALUE are needed, and nothing else; quote spaces")
        }
        guard !words[0].isEmpty else { throw UsageError("KEY must not be empty") }
        guard words[1] == "-", context.readsInput else {
            return (Array(words[0].utf8), Array(words[1].utf8))
        }
        guard let value = Console.readAll(limit: Limits.inputBytesMax) else {
            throw UsageError("standard input holds more than \(Limits.inputBytesMax) bytes")
        }
        return (Array(words[0].utf8), value)
    }
}
