internal import SynodClient

/// The words and flags of `get` and `del` that say which keys.
enum KeyArguments {
    static let flags: [Flag] = [
        Flag(switch: "prefix", "all keys that begin with KEY"),
        Flag(switch: "from-key", "all keys from KEY on"),
    ]

    static func range(_ values: FlagValues) throws(UsageError) -> KeyRange {
        let words = values.positional
        let (isPrefix, isOpen) = (try values.boolean("prefix"), try values.boolean("from-key"))
        guard (1...2).contains(words.count) else { throw UsageError("KEY is needed") }
        guard [words.count == 2, isPrefix, isOpen].filter({ $0 }).count <= 1 else {
            throw UsageError("only one of RANGE_END, --prefix and --from-key may be given")
        }
        let key = Array(words[0].utf8)
        if isPrefix { return .prefix(key) }
        if isOpen { return .from(key) }
        guard !key.isEmpty else { throw UsageError("KEY must not be empty") }
        return words.count == 2 ? .range(from: key, to: Array(words[1].utf8)) : .key(key)
    }
}
