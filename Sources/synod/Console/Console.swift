internal import Glibc

/// The program's standard streams.
enum Console {
    /// Writes bytes to standard output.
    static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Writes a text to standard output.
    static func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes a line to standard output.
    static func line(_ text: String = "") { write(text + "\n") }

    /// Writes a line to standard error.
    static func complain(_ text: String) {
        write(Array("synod: \(text)\n".utf8), to: STDERR_FILENO)
    }

    /// Writes a plain line to standard error.
    static func note(_ text: String) { write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

    /// Whether a person sits at standard input.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    /// Everything that standard input holds; nil if it holds more than `limit` bytes. From the same buffer as
    /// `readLine`, which may have read more than the line that it gave.
    static func readAll(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let byte = getchar_unlocked()
            guard byte >= 0 else { return bytes }
            guard bytes.count < limit else { return nil }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
    }

    /// Asks for a line of standard input that nobody is to see; nil at its end. As with `getpass`, keys that end
    /// programs do not: the terminal would stay mute.
    static func readSecret(_ question: String) -> String? {
        var before = termios()
        let isTerminal = isInteractive && tcgetattr(STDIN_FILENO, &before) == 0
        if isTerminal {
            var mute = before
            mute.c_lflag &= ~tcflag_t(ECHO | ISIG)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &mute)
        }
        complain(question)
        let line = readLine()
        if isTerminal {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            note("")
        }
        return line
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            // Nobody reads us any more: there is nobody to tell either.
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
