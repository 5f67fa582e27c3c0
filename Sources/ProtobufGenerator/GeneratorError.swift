/// Why no code can be generated.
struct GeneratorError: Error {
    let text: String
}
