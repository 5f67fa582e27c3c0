internal import SynodClient

/// `synod get`.
enum GetCommand {
    static let get = ClientCommand(
        name: "get", arguments: "KEY [RANGE_END]", summary: "read a key, or many",
        details: """
            Prints KEY's value, or with RANGE_END, --prefix or --from-key the keys and values of the
            range. One key that does not exist gives status 1.
            """,
        flags: KeyArguments.flags + flags, isRead: true,
        perform: { context in
            let (keys, options, printer) = try request(context.values)
            return try await perform(context.client, keys, options, printer)
        })

    /// The flags of a read.
    static let flags: [Flag] = [
        Flag("rev", "REVISION", default: "0", "read the store as it was at this revision; 0: now"),
        Flag("limit", "COUNT", default: "0", "print at most so many pairs; 0: all"),
        Flag(switch: "keys-only", "print the keys without their values"),
        Flag(switch: "count-only", "print how many keys there are"),
        Flag("sort-by", "WHAT", default: "", "key, version, create, modify or value"),
        Flag("order", "ORDER", default: "", "ascend or descend"),
        Flag(
            "consistency", "HOW", default: "l",
            "l: linearizable, sees all that is acknowledged; s: serializable, what the node has"),
        Flag(switch: "print-value-only", "print the values without their keys"),
        Flag(switch: "print-keys", "print the key even if only one was asked for"),
        Flag(switch: "raw", "print the bytes of one value and nothing else, no newline"),
        Flag(switch: "hex", "print bytes as \\x00"),
        Flag(switch: "base64", "print bytes in base64"),
    ]

    /// What to ask for, and how to print it.
    static func request(
        _ values: FlagValues
    ) throws(UsageError) -> (KeyRange, GetOptions, Output) {
        let keys = try KeyArguments.range(values)
        let options = try options(values)
        var printer = try ResultPrinter(values)
        printer.keysOnly = options.keysOnly
        printer.countOnly = options.countOnly
        let isHexadecimal = try values.boolean("hex")
        let isBase64 = try values.boolean("base64")
        guard !(isHexadecimal && isBase64) else { throw UsageError("--hex or --base64, not both") }
        if isHexadecimal { printer.bytes = .hexadecimal }
        if isBase64 { printer.bytes = .base64 }
        let isSingle = if case .key = keys { true } else { false }
        let isRaw = try values.boolean("raw")
        guard isSingle || !isRaw else { throw UsageError("--raw is for one key") }
        let printsKeys = try values.boolean("print-keys")
        printer.valuesOnly = try values.boolean("print-value-only")
        if isSingle, !printsKeys, !options.keysOnly { printer.valuesOnly = true }
        return (keys, options, Output(printer: printer, isSingle: isSingle, isRaw: isRaw))
    }

    /// How an answer is printed.
    struct Output: Sendable {
        let printer: ResultPrinter
        let isSingle: Bool
        let isRaw: Bool
    }

    private static func perform(
        _ client: Client, _ keys: KeyRange, _ options: GetOptions, _ output: Output
    ) async throws(ClientError) -> ExitCode {
        let result = try await client.get(keys, options)
        if output.isSingle, !options.countOnly, result.pairs.isEmpty {
            if output.printer.form == .json { output.printer.get(result) }
            Console.complain("the key does not exist")
            return .failed
        }
        if output.isRaw, let pair = result.pairs.first {
            Console.write(pair.value)
        } else {
            output.printer.get(result)
        }
        return .success
    }

    static func options(_ values: FlagValues) throws(UsageError) -> GetOptions {
        var options = GetOptions()
        options.revision = Int64(try values.integer("rev", in: 0...Int.max))
        options.limit = Int64(try values.integer("limit", in: 0...Int.max))
        options.keysOnly = try values.boolean("keys-only")
        options.countOnly = try values.boolean("count-only")
        options.consistency = try consistency(values)
        options.sortOrder = try order(values)
        options.sortTarget = try target(values)
        return options
    }

    private static func consistency(
        _ values: FlagValues
    ) throws(UsageError) -> GetOptions.Consistency {
        switch values.text("consistency") {
        case "l", "linearizable": return .linearizable
        case "s", "serializable", "sequential": return .serializable
        default: throw UsageError("--consistency must be l or s")
        }
    }

    private static func order(_ values: FlagValues) throws(UsageError) -> GetOptions.SortOrder? {
        switch values.text("order").lowercased() {
        case "": return values.text("sort-by").isEmpty ? nil : .ascending
        case "ascend", "ascending": return .ascending
        case "descend", "descending": return .descending
        default: throw UsageError("--order must be ascend or descend")
        }
    }

    private static func target(_ values: FlagValues) throws(UsageError) -> GetOptions.SortTarget {
        switch values.text("sort-by").lowercased() {
        case "", "key": return .key
        case "version": return .version
        case "create": return .createRevision
        case "modify", "mod": return .modRevision
        case "value": return .value
        default: throw UsageError("--sort-by must be key, version, create, modify or value")
        }
    }
}
