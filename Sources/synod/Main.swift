internal import Glibc

@main
struct Main {
    static func main() {
        exit(Console.end(start(Array(CommandLine.arguments.dropFirst()))).rawValue)
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
