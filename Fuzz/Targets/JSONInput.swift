internal import Protobuf

/// JSON of any message, as the gateway takes it; the first byte says of which.
enum JSONInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let first = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let type = EveryMessage.types[Int(first) % EveryMessage.types.count]
        var parser = JSONParser(rest)
        while let value = try? parser.next() {
            try check(type, value)
        }
    }

    private static func check<Message: ProtobufJSONMessage>(
        _ type: Message.Type, _ value: JSONValue
    ) throws(Breach) {
        guard let message = try? Message(jsonValue: value) else { return }
        guard let json = try? Message(jsonBytes: message.serializedJSON()) else {
            throw Breach("\(type): its own JSON is refused")
        }
        try Breach.unless(json == message, "\(type): another one came back from JSON")
        try ProtobufInput.roundTrip(message)
    }
}
