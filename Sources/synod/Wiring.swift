internal import EventLoops
internal import Observability
internal import WriteAheadLog

/// Joins all rooms into one server.
enum Wiring {
    /// Serves until the process is told to stop. Returns the exit status.
    static func run(_ configuration: ServeConfiguration) -> Int32 {
        let sink = LogSink(level: configuration.logLevel, format: configuration.logFormat)
        let logger = Logger(component: "server", sink: sink)
        do {
            return try ServerProcess(configuration, sink: sink).run()
        } catch let error as LoopError {
            logger.fatal("cannot listen: \(error)")
            return ExitCode.failed.rawValue
        } catch {
            logger.fatal("\(error)")
            return ProcessExit.unusableDirectory.rawValue
        }
    }
}
