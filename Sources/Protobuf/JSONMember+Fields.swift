/// The values of message fields by proto3's JSON rules; what does not fit names the field.
extension JSONMember {
    /// The value of an int32, int64, uint32 or uint64 field.
    public func integer<Integer: FixedWidthInteger>() throws(JSONError) -> Integer {
        guard let value = value.asInteger(Integer.self) else {
            throw .mismatch(field: name, expected: "\(Integer.self)")
        }
        return value
    }

    public func bool() throws(JSONError) -> Bool {
        guard let value = value.asBool else {
            throw .mismatch(field: name, expected: "true or false")
        }
        return value
    }

    public func string() throws(JSONError) -> String {
        guard let value = value.asString else { throw .mismatch(field: name, expected: "a string") }
        return value
    }

    public func bytes() throws(JSONError) -> [UInt8] {
        guard let value = value.asBytes else { throw .mismatch(field: name, expected: "base64") }
        return value
    }

    /// The value of an enum field, by its name in the .proto file or by its number.
    public func enumeration<Value: ProtobufEnum>() throws(JSONError) -> Value {
        switch value {
        case .string(let text):
            if let value = Value(protoName: text) { return value }
        case .number:
            if let number = value.asInteger(Int32.self) { return Value(rawValue: Int(number)) }
        case .null, .bool, .array, .object: break
        }
        throw .mismatch(field: name, expected: "a value of the enum \(Value.self)")
    }

    public func message<Message: ProtobufJSONMessage>() throws(JSONError) -> Message {
        guard let members = value.asMembers else {
            throw .mismatch(field: name, expected: "an object")
        }
        var message = Message()
        try message.decodeJSON(members)
        return message
    }

    /// The values of a repeated field, each read by `read` as a member of the same name.
    public func list<Element>(
        _ read: (JSONMember) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        guard let elements = value.asArray else {
            throw .mismatch(field: name, expected: "an array")
        }
        var list: [Element] = []
        list.reserveCapacity(elements.count)
        for element in elements { list.append(try read(JSONMember(name: name, value: element))) }
        return list
    }
}
