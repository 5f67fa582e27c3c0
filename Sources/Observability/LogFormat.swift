/// The form of log lines.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For eyes: `2026-11-20T10:32:01.123456Z INFO  replica: leading ballot=3.1 slot=17`.
    case text
    /// For machines: one JSON object per line, with `ts`, `level`, `component`, `msg` and the fields.
    case json
}
