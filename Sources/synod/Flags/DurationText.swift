/// Times as people write them: `20s`, `500ms`, `1.5m`, `2h`, `1h30m`.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// The time in milliseconds; nil if the text is none.
    static func milliseconds(_ text: some StringProtocol) -> UInt64? {
        var rest = Substring(text)
        var sum = 0.0
        repeat {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(number.count).prefix { $0.isLetter }
            guard let amount = Double(number), let unit = units.first(where: { $0.suffix == unit })
            else { return nil }
            sum += amount * unit.milliseconds
            rest = rest.dropFirst(number.count + unit.suffix.count)
        } while !rest.isEmpty
        return sum < 1e15 ? UInt64(sum.rounded()) : nil
    }

    /// The text of a time in milliseconds, in the largest unit that keeps it whole.
    static func text(milliseconds: UInt64) -> String {
        if milliseconds % 60_000 == 0, milliseconds > 0 { return "\(milliseconds / 60_000)m" }
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}
