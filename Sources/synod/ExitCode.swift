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
    /// The answer did not come: a write may have been executed, or not.
    case unknownOutcome = 4

    /// The lines for the help.
    static let help = """
        Exit status:
          0  done
          1  understood but not done: the key is missing or exists already, or the server refused
          2  the command line does not make sense
          3  no node was ready to answer; nothing was changed
          4  no answer in time; a write may have been executed, or not
        """
}
