/// Times as people write them: `20s`, `500ms`, `1.5m`, `2h`.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// The time in milliseconds; nil if the text is none.
    static func milliseconds(_ text: some StringProtocol) -> UInt64? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = Double(text.dropLast(unit.suffix.count)), number >= 0,
                number.isFinite, number * unit.milliseconds < 1e15
            else { continue }
            return UInt64((number * unit.milliseconds).rounded())
        }
        return nil
    }

    /// The text of a time in milliseconds, in the largest unit that keeps it whole.
    static func text(milliseconds: UInt64) -> String {
        if milliseconds % 60_000 == 0, milliseconds > 0 { return "\(milliseconds / 60_000)m" }
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}
