internal import EventLoops
internal import Observability
internal import Signatures
internal import WriteAheadLog

/// Joins all rooms into one server.
enum Wiring {
    /// Serves until the process is told to stop, and ends it.
    static func run(_ configuration: ServeConfiguration) -> Never {
        ProcessExit.leave(serve(configuration))
    }

    /// How serving went.
    private static func serve(_ configuration: ServeConfiguration) -> ExitCode {
        let sink = LogSink(level: configuration.logLevel, format: configuration.logFormat)
        let logger = Logger(component: "server", sink: sink)
        do {
            try ServerProcess(configuration, sink: sink).run()
            return .success
        } catch let error as LoopError {
            logger.fatal("cannot listen: \(error)")
            return .failed
        } catch let error as JoinError {
            logger.fatal("\(error)")
            return .failed
        } catch let error as SignatureKeyError {
            logger.fatal("--auth-token: \(error)")
            return .failed
        } catch RecoveryError.disk(let error) where error.isOfDevice {
            logger.fatal("\(RecoveryError.disk(error))")
            return .brokenDisk
        } catch {
            logger.fatal("\(error)")
            return .unusableDirectory
        }
    }
}
