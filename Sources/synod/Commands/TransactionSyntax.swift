internal import SynodClient

/// Reads the lines of a transaction the way etcdctl does.
enum TransactionSyntax {
    /// Reads `value("key") = "text"`. Targets: value, version, create, mod, lease; relations: =, !=,
    /// <, >.
    static func comparison(_ line: String) throws(UsageError) -> Compare {
        guard let open = line.firstIndex(of: "(") else { throw malformed(line) }
        let target = String(line[..<open].trimmed)
        var scanner = LineScanner(line[line.index(after: open)...])
        guard let key = try scanner.word(until: UInt8(ascii: ")")), scanner.take(UInt8(ascii: ")")),
            let sign = try scanner.word(), let value = try scanner.word(), scanner.isAtEnd
        else { throw malformed(line) }
        guard !key.isEmpty else { throw UsageError("a comparison without a key: \(line)") }
        return Compare(
            .key(key), try relation(String(decoding: sign, as: UTF8.self)),
            try self.target(target, value))
    }

    /// Reads `put KEY VALUE [FLAG...]`, `get KEY [RANGE_END] [FLAG...]` or `del KEY [RANGE_END] [FLAG...]`.
    static func operation(_ line: String) throws(UsageError) -> Operation {
        let raw = try LineScanner.words(of: line)
        let words = raw.map { String(decoding: $0, as: UTF8.self) }
        let arguments = Array(words.dropFirst())
        switch words.first {
        case "put"?:
            return try put(raw, flags: Array(arguments.dropFirst(2)), line)
        case "get"?:
            let table = KeyArguments.flags + GetCommand.flags + [ClientCommand.outputFlag]
            let (keys, options, _) = try GetCommand.request(
                try FlagParser.parse(arguments, table: table))
            return .get(keys, options)
        case "del"?, "delete"?:
            let values = try FlagParser.parse(arguments, table: DeleteCommand.flags)
            return .delete(
                try KeyArguments.range(values), returnsPrevious: try values.boolean("prev-kv"))
        default: throw UsageError("an operation is put, get or del: \(line)")
        }
    }

    /// Key and value are taken as bytes, and as they are, so that any value can be written; flags come behind them.
    private static func put(
        _ words: [[UInt8]], flags: [String], _ line: String
    ) throws(UsageError) -> Operation {
        let values = try FlagParser.parse(flags, table: PutCommand.flags)
        guard words.count >= 3, !words[1].isEmpty, values.positional.isEmpty else {
            throw UsageError("put needs KEY and VALUE, and flags behind them: \(line)")
        }
        return .put(
            key: words[1], value: words[2], returnsPrevious: try values.boolean("prev-kv"),
            lease: try LeaseCommand.id(values.text("lease")))
    }

    private static func malformed(_ line: String) -> UsageError {
        UsageError("malformed comparison: \(line); write it like value(\"key\") = \"text\"")
    }

    private static func relation(_ sign: String) throws(UsageError) -> Compare.Relation {
        switch sign {
        case "=": return .equal
        case "!=": return .notEqual
        case "<": return .less
        case ">": return .greater
        default: throw UsageError("\(sign) is no relation; use =, !=, < or >")
        }
    }

    private static func target(
        _ name: String, _ value: [UInt8]
    ) throws(UsageError) -> Compare.Target {
        switch name {
        case "val", "value": return .value(value)
        case "ver", "version": return .version(try number(value, radix: 10))
        case "c", "create": return .createRevision(try number(value, radix: 10))
        case "m", "mod": return .modRevision(try number(value, radix: 10))
        case "lease": return .lease(try number(value, radix: 16))
        default:
            throw UsageError("\(name) is no target; use value, version, create, mod or lease")
        }
    }

    private static func number(_ value: [UInt8], radix: Int) throws(UsageError) -> Int64 {
        let text = String(decoding: value, as: UTF8.self)
        guard let number = Int64(text, radix: radix) else {
            throw UsageError("\"\(text)\" is no number")
        }
        return number
    }
}
