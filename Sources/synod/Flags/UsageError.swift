/// The command line does not say what to do: what is wrong, and what to write instead.
struct UsageError: Error, Equatable {
    /// One sentence.
    let message: String

    init(_ message: String) { self.message = message }
}
