/// How much a log line matters, from the least to the most.
package enum LogLevel: Int, Comparable, CaseIterable, Sendable {
    case debug
    case info
    case warn
    case error
    /// The process cannot go on. Logging does not end it; the caller does.
    case fatal

    /// The level that the flag `--log-level` names, also by etcd's word `panic`; nil if there is none.
    package init?(flag: String) {
        let name = flag == "panic" ? "fatal" : flag
        guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// The word for it in flags and in log lines.
    package var name: String { "\(self)" }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
