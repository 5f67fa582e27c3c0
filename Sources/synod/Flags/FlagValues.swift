/// What a command line says, after it was held against a table of flags.
struct FlagValues: Sendable {
    /// The words that are no flags, in order.
    var positional: [String] = []
    private let table: [String: Flag]
    private var written: [String: String] = [:]
    /// Where each value comes from that is not the default: `--name`, `SYNOD_NAME`, …
    private var sources: [String: String] = [:]

    init(table: [Flag]) {
        self.table = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
    }

    /// Notes a value; a later one replaces an earlier one.
    mutating func set(_ name: String, to value: String, source: String) {
        written[name] = value
        sources[name] = source
    }

    /// The value was given, on the command line or in the environment.
    func isSet(_ name: String) -> Bool { written[name] != nil }

    /// How the value was given; the flag itself if it was not.
    func source(_ name: String) -> String { sources[name] ?? "--\(name)" }

    /// The value as text.
    func text(_ name: String) -> String {
        guard let flag = table[name] else { preconditionFailure("no flag --\(name) in the table") }
        return written[name] ?? flag.fallback
    }

    /// The value of a switch.
    func boolean(_ name: String) throws(UsageError) -> Bool {
        guard let value = Self.boolean(text: text(name)) else {
            throw UsageError("\(source(name)) must be true or false, not \"\(text(name))\"")
        }
        return value
    }

    /// The value as a number within `range`.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
        guard let value = Int(text(name)), range.contains(value) else {
            throw UsageError(
                "\(source(name)) must be a number from \(range.lowerBound) to \(range.upperBound),"
                    + " not \"\(text(name))\"")
        }
        return value
    }

    /// The value as one of a set of words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws(UsageError) -> Choice where Choice.RawValue == String {
        guard let value = Choice(rawValue: text(name)) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(source(name)) must be one of \(words), not \"\(text(name))\"")
        }
        return value
    }

    /// The value as a list of words between commas; empty words are dropped.
    func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
    }

    /// What Go's flag package takes for a Boolean, because etcd's users write that.
    static func boolean(text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    var trimmed: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return "" }
        return self[first...last]
    }
}
