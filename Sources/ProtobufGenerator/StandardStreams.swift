internal import Glibc

/// The plugin's two pipes to `protoc`.
enum StandardStreams {
    /// All of the standard input.
    static func readAll() throws(GeneratorError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count > 0 { bytes += chunk[..<count] }
            guard count > 0 || errno == EINTR else {
                throw GeneratorError(text: "cannot read stdin")
            }
        }
    }

    /// Writes all of `bytes` to the standard output.
    static func writeAll(_ bytes: [UInt8]) throws(GeneratorError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) }
            guard count > 0 || errno == EINTR else {
                throw GeneratorError(text: "cannot write stdout")
            }
        }
    }
}
