/// How much a log line matters, from the least to the most.
package enum LogLevel: Int, Comparable, CaseIterable, Sendable {
    case debug
    case info
    case warning
    case error
    /// The process cannot go on. Logging does not end it; the caller does.
    case fatal

    /// The level that the flag `--log-level` names; nil if there is none. `panic` is a word of etcd's.
    package init?(flag: String) {
        switch flag {
        case "debug": self = .debug
        case "info": self = .info
        case "warn", "warning": self = .warning
        case "error": self = .error
        case "fatal", "panic": self = .fatal
        default: return nil
        }
    }

    /// The word for it in flags and in log lines.
    package var name: String { self == .warning ? "warn" : "\(self)" }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
