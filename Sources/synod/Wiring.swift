/// Joins all rooms into one server.
enum Wiring {
    /// Serves until the process is told to stop. Returns the exit status.
    static func run(_ configuration: ServeConfiguration) -> Int32 {
        Console.complain("this build has no server for \(configuration.name)")
        return ExitCode.failed.rawValue
    }
}
