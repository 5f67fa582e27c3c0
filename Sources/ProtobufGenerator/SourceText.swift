/// Swift source as it grows, line by line.
struct SourceText {
    private(set) var text = ""
    private var depth = 0

    /// Adds lines at the present depth; an empty line never follows another.
    mutating func line(_ lines: String...) {
        for line in lines where !line.isEmpty || !text.hasSuffix("\n\n") {
            text += line.isEmpty ? "\n" : String(repeating: "    ", count: depth) + line + "\n"
        }
    }

    /// Adds `head` with an opening brace, what `body` adds one level deeper, and the closing brace.
    mutating func block(_ head: String, _ body: (inout SourceText) -> Void) {
        line(head + " {")
        indented(body)
        line("}")
    }

    /// Adds what `body` adds one level deeper.
    mutating func indented(_ body: (inout SourceText) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// Adds a documentation comment, or `fallback` if there is none.
    mutating func documentation(_ comment: String, fallback: String? = nil) {
        let lines = comment.split(separator: "\n")
        if lines.isEmpty, let fallback { line("/// " + fallback) }
        for text in lines { line("///" + text) }
    }
}
