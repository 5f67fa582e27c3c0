/// A JSON value (RFC 8259). Numbers keep their text, so that 64 bits survive; objects keep the
/// order and the repetitions of their members.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The one value that fills all of `text`, apart from white space.
    public static func parse(_ text: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var parser = JSONParser(text)
        guard let value = try parser.next() else { throw .truncated }
        guard try parser.next() == nil else { throw .unexpected(offset: parser.valueStart) }
        return value
    }

    /// The one value that fills all of `text`, apart from white space.
    public static func parse(_ text: [UInt8]) throws(JSONError) -> JSONValue {
        try text.withUnsafeBufferPointer { buffer throws(JSONError) in
            try parse(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The value of a member of an object, of the last one if the name is repeated; nil if there is
    /// none or this is not an object.
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    public var isNull: Bool { self == .null }

    public var asBool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var asString: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var asArray: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var asMembers: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The bytes of a string in base64, standard or URL-safe, padded or not.
    public var asBytes: [UInt8]? { asString.flatMap { Base64.decode($0) } }

    /// A whole number that fits, written as a number or as a string.
    public func asInteger<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self)
        -> Integer?
    {
        switch self {
        case .number(let text): Self.integer(text)
        case .string(let text): JSONParser.isNumber(text) ? Self.integer(text) : nil
        case .null, .bool, .array, .object: nil
        }
    }

    /// As `5`, but also as `5.0` or `5e3`, up to the whole numbers that a Double holds exactly.
    private static func integer<Integer: FixedWidthInteger>(_ text: String) -> Integer? {
        if let value = Integer(text) { return value }
        guard let value = Double(text), value.magnitude <= 0x1p53 else { return nil }
        return Integer(exactly: value)
    }
}

/// A name and a value of a JSON object.
public struct JSONMember: Equatable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}
