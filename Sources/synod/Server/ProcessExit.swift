internal import Glibc
internal import Observability

/// Why a server ends itself, by the exit status that says so (sysexits.h where it has one).
enum ProcessExit: Int32 {
    /// The data directory cannot be used, or must not vote: an operator must decide.
    case unusableDirectory = 78
    /// A write or a flush failed: what is on disk is known only after a new start.
    case brokenDisk = 74
    /// A safety rule was seen broken.
    case unsafeState = 70

    /// Says why and ends the process at once: nothing may be acknowledged any more.
    static func end(_ reason: ProcessExit, _ logger: Logger, _ sentence: String) -> Never {
        logger.fatal(sentence)
        _exit(reason.rawValue)
    }
}
