/// The command line.
struct Options {
    /// Nil if nothing is to be checked.
    private(set) var limits: [Limit]?
    private var nameParts: [String] = []

    init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--check" {
                guard let path = rest.popFirst() else {
                    throw UsageError("--check needs a file of limits")
                }
                limits = try Limit.read(path)
            } else if word.hasPrefix("-") {
                throw UsageError("usage: MicroBenchmarks [--check LIMITS] [NAME-PART...]")
            } else {
                nameParts.append(word)
            }
        }
    }

    func selects(_ name: String) -> Bool {
        nameParts.isEmpty || nameParts.contains { name.contains($0) }
    }
}

/// The command line or the file of limits does not make sense.
struct UsageError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
