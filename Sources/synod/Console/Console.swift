internal import Basics
internal import Glibc

/// The program's standard streams.
enum Console {
    /// What became of the first write to standard output that failed; 0 while none has.
    private static let failure = Monitor<Int32>(0)

    /// Nothing more can be written to standard output: whoever has only that to do is done.
    static var hasLostOutput: Bool { failure.withLock { $0 } != 0 }

    /// How the program ends that would end with `code`: whoever does not get the answer does not know it. Who closes a
    /// pipe has seen enough.
    static func end(_ code: ExitCode) -> ExitCode {
        let failure = failure.withLock { $0 }
        guard code == .success, failure != 0, failure != EPIPE else { return code }
        complain(SystemError("standard output cannot be written", failure).description)
        return .unknownOutcome
    }

    /// Writes bytes to standard output.
    static func write(_ bytes: [UInt8]) {
        let code = write(bytes, to: STDOUT_FILENO)
        if code != 0 { failure.withLock { $0 = $0 == 0 ? code : $0 } }
    }

    /// Writes a text to standard output.
    static func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes a line to standard output.
    static func line(_ text: String = "") { write(text + "\n") }

    /// Writes a line to standard error.
    static func complain(_ text: String) {
        _ = write(Array("synod: \(text)\n".utf8), to: STDERR_FILENO)
    }

    /// Writes a plain line to standard error.
    static func note(_ text: String) { _ = write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

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

    /// A line of standard input, without its end; nil when there is none. Bytes that are no text are refused: as text
    /// they would be others.
    static func readText() throws(UsageError) -> String? {
        var bytes: [UInt8] = []
        while true {
            let byte = getchar_unlocked()
            if byte < 0, bytes.isEmpty { return nil }
            guard byte >= 0, byte != Int32(UInt8(ascii: "\n")) else { break }
            guard bytes.count < Limits.inputBytesMax else {
                throw UsageError("a line has more than \(Limits.inputBytesMax) bytes")
            }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UsageError("a line is not UTF-8; write its bytes as \"\\x00\"")
        }
        return text
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

    /// The number of the error; 0 if there was none.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return written < 0 ? errno : EIO }
            rest = rest.dropFirst(written)
        }
        return 0
    }
}
