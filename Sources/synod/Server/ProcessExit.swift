internal import Glibc
internal import Observability

/// How a server ends itself.
enum ProcessExit {
    /// Says why and ends the process at once: nothing may be acknowledged any more.
    static func end(_ code: ExitCode, _ logger: Logger, _ sentence: String) -> Never {
        logger.fatal(sentence)
        _exit(code.rawValue)
    }
}
