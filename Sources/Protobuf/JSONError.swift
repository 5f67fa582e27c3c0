/// What can be wrong with JSON text, or with a value in it.
public enum JSONError: Error, Equatable, Sendable {
    /// The text ends before the value does; more text may complete it.
    case truncated
    /// A byte that cannot stand at this offset.
    case unexpected(offset: Int)
    /// A string with a control character, a bad escape, half a surrogate pair or bytes that are not
    /// UTF-8. The offset is that of the string.
    case invalidString(offset: Int)
    /// More arrays and objects within each other than the room allows.
    case nestedTooDeep
    /// A field whose value is of another type than the field.
    case mismatch(field: String, expected: String)
    /// A second member of a oneof.
    case oneofSetTwice(field: String)
}

extension JSONError: CustomStringConvertible {
    /// For the one who wrote the JSON.
    public var description: String {
        switch self {
        case .truncated: "unexpected end of JSON input"
        case .unexpected(let offset): "unexpected byte in JSON at offset \(offset)"
        case .invalidString(let offset): "invalid string in JSON at offset \(offset)"
        case .nestedTooDeep: "JSON nested too deep"
        case .mismatch(let field, let expected): "field \(field): expected \(expected)"
        case .oneofSetTwice(let field): "field \(field): another member of its oneof is set"
        }
    }
}
