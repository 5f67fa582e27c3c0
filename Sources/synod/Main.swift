internal import Glibc

@main
struct Main {
    static func main() {
        guard let words = words() else {
            Console.complain("a word of the command line is not UTF-8")
            exit(ExitCode.usage.rawValue)
        }
        exit(Console.end(start(words)).rawValue)
    }

    /// What stands behind the program's name; nil if it is no text: as text it would be something else.
    private static func words() -> [String]? {
        var words: [String] = []
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[index],
                let word = String(validatingCString: bytes)
            else { return nil }
            words.append(word)
        }
        return words
    }

    private static func start(_ words: [String]) -> ExitCode {
        guard let first = words.first else {
            Console.note(CommandTable.help)
            return .usage
        }
        let environment = CommandEnvironment.variables()
        switch first {
        case "help" where words.count > 1: return start([words[1], "--help"])
        case "help", "--help", "-help", "-h":
            Console.line(CommandTable.help)
            return .success
        // A unit file for etcd needs only another name of the program.
        case _ where first.hasPrefix("-"):
            return ServeCommand.command.start(words, environment: environment)
        default: break
        }
        guard let command = CommandTable.all.first(where: { $0.name == first }) else {
            let near = Spelling.nearest(to: first, among: CommandTable.all.map(\.name))
            let hint = near.map { "; did you mean \($0)?" } ?? ""
            Console.complain("unknown command \(first)\(hint)\n       synod --help lists them")
            return .usage
        }
        return command.start(Array(words.dropFirst()), environment: environment)
    }
}
