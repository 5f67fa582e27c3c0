/// Lays out the help of a command.
enum HelpText {
    /// The lines for a table of flags.
    static func flags(_ table: [Flag]) -> String {
        (table + [.helpSwitch]).map(entry).joined(separator: "\n")
    }

    private static func entry(_ flag: Flag) -> String {
        let head = "  --\(flag.name)" + (flag.argument.map { " \($0)" } ?? "")
        var note = flag.help
        let isOff = flag.fallback.isEmpty || (flag.argument == nil && flag.fallback == "false")
        if !isOff { note += " (default \(flag.fallback))" }
        let lines = wrap(note, width: 66)
        return ([head] + lines.map { "        " + $0 }).joined(separator: "\n")
    }

    /// Breaks a text into lines of at most `width` characters, between words.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
