import Protobuf

/// The fields of a serialized message as they lie one after the other.
enum WireFields {
    struct Field {
        let number: Int
        /// With the tag.
        let bytes: [UInt8]
    }

    static func split(_ message: [UInt8]) throws -> [Field] {
        try message.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            var fields: [Field] = []
            while true {
                let start = buffer.count - reader.remaining
                let tag = try reader.readTag()
                if tag == 0 { return fields }
                try reader.skip(tag)
                let bytes = [UInt8](buffer[start..<buffer.count - reader.remaining])
                fields.append(Field(number: Int(tag >> 3), bytes: bytes))
            }
        }
    }
}
