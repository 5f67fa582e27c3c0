/// Holds words against a table of flags: `--flag value`, `--flag=value`, `-flag` as Go's programs
/// take it, `--` before words that begin with a dash.
struct FlagParser {
    private let table: [String: Flag]
    private var values: FlagValues

    /// Parses `words`, then fills in what the environment says of flags that were not written.
    /// Throws a `UsageError` with a hint for an unknown flag or a missing argument.
    static func parse(
        _ words: [String], table: [Flag], environment: [String: String] = [:]
    ) throws(UsageError) -> FlagValues {
        var parser = FlagParser(table: table + [.helpSwitch])
        try parser.read(words)
        parser.read(environment: environment)
        return parser.values
    }

    private init(table: [Flag]) {
        self.table = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
        values = FlagValues(table: table)
    }

    private mutating func read(_ words: [String]) throws(UsageError) {
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                values.positional += words[index...]
                return
            }
            // A lone dash is a word: it stands for the standard input.
            guard word.hasPrefix("-"), word != "-" else {
                values.positional.append(word)
                continue
            }
            try read(flag: word, words, &index)
        }
    }

    private mutating func read(
        flag word: String, _ words: [String], _ index: inout Int
    ) throws(UsageError) {
        let body = word.drop { $0 == "-" }
        let name = String(body.prefix { $0 != "=" })
        let inline = body.firstIndex(of: "=").map { String(body[body.index(after: $0)...]) }
        guard let flag = table[name == Flag.helpShort ? Flag.helpSwitch.name : name] else {
            throw UsageError("unknown flag \(word.prefix { $0 != "=" })\(hint(for: name))")
        }
        if let inline {
            values.set(flag.name, to: inline, source: "--\(flag.name)")
        } else if flag.argument == nil {
            values.set(flag.name, to: "true", source: "--\(flag.name)")
        } else {
            guard index < words.count else {
                throw UsageError("--\(flag.name) needs an argument: \(flag.argument ?? "")")
            }
            values.set(flag.name, to: words[index], source: "--\(flag.name)")
            index += 1
        }
    }

    private mutating func read(environment: [String: String]) {
        for flag in table.values where !values.isSet(flag.name) {
            for variable in flag.environment {
                // As in etcd, an empty variable counts as none.
                guard let value = environment[variable], !value.isEmpty else { continue }
                values.set(flag.name, to: value, source: variable)
                break
            }
        }
    }

    /// "; did you mean --x?" if a flag's name is near.
    private func hint(for name: String) -> String {
        Spelling.nearest(to: name, among: table.keys.sorted()).map { "; did you mean --\($0)?" }
            ?? ""
    }
}
