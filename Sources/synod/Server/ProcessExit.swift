internal import Glibc
internal import Observability

/// How a server ends itself.
enum ProcessExit {
    /// Ends the process, with what was printed. Not by `exit`: the threads of the base's library live on, and what
    /// `exit` takes apart they still use.
    static func leave(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }

    /// Begins this program anew in the same process: nothing of it is left but its number.
    static func startAgain(_ logger: Logger) -> Never {
        logger.warning("starting again")
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        // Without /proc, the name that it was called by.
        if let name = CommandLine.unsafeArgv[0] { execvp(name, CommandLine.unsafeArgv) }
        end(.failed, logger, "this program cannot be started again: start it again by hand")
    }

    /// Says why and ends the process at once: nothing may be acknowledged any more.
    static func end(_ code: ExitCode, _ logger: Logger, _ sentence: String) -> Never {
        logger.fatal(sentence)
        _exit(code.rawValue)
    }
}
