/// How the program ends.
enum ExitCode: Int32 {
    /// Done.
    case success = 0
    /// Understood, and not done: the key is missing or exists already, the server refused.
    case failed = 1
    /// The command line does not make sense.
    case usage = 2
    /// No node could be asked, or none was ready: nothing was changed.
    case unavailable = 3
    /// The answer did not come, or could not be printed: a write may have been executed, or not.
    case unknownOutcome = 4
    /// A safety rule was seen broken, or would be if the node went on (sysexits.h: EX_SOFTWARE).
    case unsafeState = 70
    /// A read, a write or a flush failed: what is on disk is known only after a new start (EX_IOERR).
    case brokenDisk = 74
    /// The data directory cannot be used, or must not vote: an operator must decide (EX_CONFIG).
    case unusableDirectory = 78

    /// The lines for the help.
    static let help = """
        Exit status:
          0  done
          1  understood but not done: the key is missing or exists already, or the server refused
          2  the command line does not make sense
          3  no node was ready to answer; nothing was changed
          4  no answer in time, or none that could be printed; a write may have been executed, or not
        """

    /// The lines for the help of `synod serve`.
    static let serveHelp = """
        Exit status:
          0  stopped by SIGTERM or Ctrl-C, or removed from the cluster and not needed any more
          1  cannot listen at one of its addresses, has no key to sign tokens with, or the cluster
             has no seat for it
          2  the command line does not make sense
         70  it would not be safe to go on: the data directory is an old copy, or a rule was broken
         74  a read, a write or a flush failed
         78  the data directory is in use, damaged, of a newer format, another member's, that of a
             member that was removed, or cannot be opened; or a certificate cannot be used
        """
}
