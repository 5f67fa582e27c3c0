/// Writes the Prometheus text exposition format, version 0.0.4.
package struct PrometheusText {
    /// The content type of the text, for the answer of `/metrics`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// A label of a sample.
    package struct Label: Equatable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The value of a sample.
    package enum Value: Sendable {
        case integer(Int)
        case unsigned(UInt64)
        case double(Double)

        /// As the format writes it: whole numbers without a fraction, so that `has_leader 1` can be read
        /// by simple tools too.
        var text: String {
            switch self {
            case .integer(let value): return "\(value)"
            case .unsigned(let value): return "\(value)"
            case .double(let value):
                if let whole = Int(exactly: value) { return "\(whole)" }
                if value.isNaN { return "NaN" }
                if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
                return "\(value)"
            }
        }
    }

    /// The text so far, in UTF-8.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Nanoseconds as the seconds that the format asks for.
    static func seconds(_ nanoseconds: UInt64) -> Value { .double(Double(nanoseconds) / 1e9) }

    /// Begins a metric; its samples follow.
    package mutating func family(_ name: String, _ kind: MetricKind, help: String) {
        let escaped = PrometheusText.escape(help, quotes: false)
        bytes.append(contentsOf: "# HELP \(name) \(escaped)\n".utf8)
        bytes.append(contentsOf: "# TYPE \(name) \(kind.rawValue)\n".utf8)
    }

    /// One sample of the metric that was begun last.
    package mutating func sample(_ name: String, _ value: Value, labels: [Label] = []) {
        bytes.append(contentsOf: name.utf8)
        if !labels.isEmpty {
            let pairs = labels.map {
                "\($0.name)=\"\(PrometheusText.escape($0.value, quotes: true))\""
            }
            bytes.append(contentsOf: "{\(pairs.joined(separator: ","))}".utf8)
        }
        bytes.append(contentsOf: " \(value.text)\n".utf8)
    }

    /// Backslashes and line ends are escaped everywhere, quotation marks in label values only.
    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
