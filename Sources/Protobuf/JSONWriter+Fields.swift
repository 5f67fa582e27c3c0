/// The values of message fields by proto3's JSON rules.
extension JSONWriter {
    package mutating func write(field value: Int32) { write(value) }
    package mutating func write(field value: UInt32) { write(value) }
    package mutating func write(field value: Int64) { write(quoted: value) }
    package mutating func write(field value: UInt64) { write(quoted: value) }
    package mutating func write(field value: Bool) { write(value) }
    package mutating func write(field value: String) { write(value) }
    package mutating func write(field value: [UInt8]) { write(base64: value) }

    /// The name, or the number of a value that has none.
    package mutating func write(field value: some ProtobufEnum) {
        if let name = value.protoName { write(name) } else { write(value.rawValue) }
    }

    package mutating func write(field value: some ProtobufJSONMessage) {
        value.encodeJSON(into: &self)
    }
}
