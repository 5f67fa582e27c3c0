/// A message that also has proto3's JSON form, as etcd's gateway speaks it.
public protocol ProtobufJSONMessage: ProtobufMessage {
    /// Writes an object with the fields that are set, named as in the .proto file.
    func encodeJSON(into writer: inout JSONWriter)

    /// Reads the members of an object, named as in the .proto file or in lowerCamelCase. Null is
    /// the default; unknown members are dropped.
    mutating func decodeJSON(_ members: [JSONMember]) throws(JSONError)
}

extension ProtobufJSONMessage {
    /// The message as JSON text without white space.
    public func serializedJSON() -> [UInt8] {
        var writer = JSONWriter()
        encodeJSON(into: &writer)
        return writer.bytes
    }

    /// Reads the one JSON object that fills all of `json`; the memory is not used afterwards.
    public init(json: UnsafeRawBufferPointer) throws(JSONError) {
        try self.init(jsonValue: JSONValue.parse(json))
    }

    /// Reads the one JSON object that fills all of `jsonBytes`.
    public init(jsonBytes: [UInt8]) throws(JSONError) {
        try self.init(jsonValue: JSONValue.parse(jsonBytes))
    }

    /// Reads an object that has been parsed already.
    public init(jsonValue: JSONValue) throws(JSONError) {
        self = try JSONMember(name: Self.protoMessageName, value: jsonValue).message()
    }
}
