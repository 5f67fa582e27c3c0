/// The value of a field of a log line. A literal will do: `["peer": "b", "slot": 17]`; for anything else
/// `"ballot": "\(ballot)"` or `"slot": .integer(slot.rawValue)`.
package enum LogValue: Sendable, Equatable {
    case string(String)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case boolean(Bool)

    /// Any integer, as a number in both formats.
    package static func integer(_ value: some BinaryInteger) -> LogValue {
        if let signed = Int64(exactly: value) { return .signed(signed) }
        return .unsigned(UInt64(clamping: value))
    }
}

extension LogValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self = .signed(value) }
}

extension LogValue: ExpressibleByFloatLiteral {
    package init(floatLiteral value: Double) { self = .double(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}
