internal import Glibc

/// What the program's surroundings say. The only place that reads the environment.
enum CommandEnvironment {
    /// All variables.
    static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }

    /// The variables that some flag reads.
    private static let names = CommandTable.all.flatMap(\.flags).flatMap(\.environment)
}
