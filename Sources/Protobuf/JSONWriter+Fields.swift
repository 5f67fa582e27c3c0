/// The values of message fields by proto3's JSON rules.
extension JSONWriter {
    public mutating func write(field value: Int32) { write(value) }
    public mutating func write(field value: UInt32) { write(value) }
    public mutating func write(field value: Int64) { write(quoted: value) }
    public mutating func write(field value: UInt64) { write(quoted: value) }
    public mutating func write(field value: Bool) { write(value) }
    public mutating func write(field value: String) { write(value) }
    public mutating func write(field value: [UInt8]) { write(base64: value) }

    /// The name, or the number of a value that has none.
    public mutating func write(field value: some ProtobufEnum) {
        if let name = value.protoName { write(name) } else { write(value.rawValue) }
    }

    public mutating func write(field value: some ProtobufJSONMessage) {
        value.encodeJSON(into: &self)
    }
}
