internal import Protobuf

/// The wire form of any message; the first byte says of which.
enum ProtobufInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let first = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let type = EveryMessage.types[Int(first) % EveryMessage.types.count]
        try check(type, rest)
    }

    private static func check<Message: ProtobufJSONMessage>(
        _ type: Message.Type, _ bytes: UnsafeRawBufferPointer
    ) throws(Breach) {
        guard let message = try? Message(serialized: bytes) else { return }
        try roundTrip(message)
        guard let json = try? Message(jsonBytes: message.serializedJSON()) else {
            throw Breach("\(type): its JSON is none")
        }
        try Breach.unless(json == message, "\(type): another one came back from JSON")
    }

    /// What was written is read again, and is as long as was said.
    static func roundTrip<Message: ProtobufMessage>(_ message: Message) throws(Breach) {
        let encoded = message.serializedBytes()
        try Breach.unless(
            encoded.count == message.encodedSize, "\(Message.self): another length")
        guard let again = try? Message(serializedBytes: encoded) else {
            throw Breach("\(Message.self): its own bytes are refused")
        }
        try Breach.unless(again == message, "\(Message.self): another one came back")
    }
}
