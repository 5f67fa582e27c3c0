/// Writes log lines of one component. Message and fields are only made when the level is written.
///
///     let log = Logger(component: "replica", sink: LogSink(level: .info))
///     log.info("leading", ["ballot": "\(ballot)", "slot": .integer(slot.rawValue)])
package struct Logger: Sendable {
    /// The part of the program that speaks.
    package let component: String
    private let sink: LogSink

    package init(component: String, sink: LogSink) {
        self.component = component
        self.sink = sink
    }

    /// A logger of another component to the same sink.
    package func named(_ component: String) -> Logger {
        Logger(component: component, sink: sink)
    }

    /// Whether lines of `level` are written.
    package func isEnabled(_ level: LogLevel) -> Bool { sink.accepts(level) }

    /// Writes one line, if `level` is written at all.
    package func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard sink.accepts(level) else { return }
        sink.write(
            LogLine(
                time: .now(), level: level, component: component, message: message(),
                fields: fields()))
    }

    /// What only a developer wants to see.
    package func debug(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.debug, message(), fields())
    }

    /// The course of things: started, leading, caught up.
    package func info(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.info, message(), fields())
    }

    /// What went wrong and was survived.
    package func warning(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.warning, message(), fields())
    }

    /// What went wrong and needs somebody.
    package func error(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.error, message(), fields())
    }

    /// Why the process ends now. Ending it is the caller's.
    package func fatal(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.fatal, message(), fields())
    }
}
