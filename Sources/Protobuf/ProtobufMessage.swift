/// A value that can be read from the protobuf wire format.
public protocol WireDecodable {
    /// The value with every field at its default.
    init()

    /// Reads fields until the reader's end and merges them into this value: a scalar replaces, a
    /// message merges, a repeated field appends. Unknown fields are dropped.
    mutating func decode(_ reader: inout WireReader) throws(WireError)
}

/// A value that can be written in the protobuf wire format.
public protocol WireEncodable {
    /// How many bytes `encode(into:)` writes.
    var encodedSize: Int { get }

    /// Writes the fields in descending order of their numbers, because the writer goes from the
    /// last byte to the first; the bytes are those that `protoc` writes.
    func encode(into writer: inout WireWriter)
}

/// A protobuf message as a plain Swift value. Generated types conform; nothing else needs to.
public protocol ProtobufMessage: WireDecodable, WireEncodable, Equatable, Sendable {
    /// The full name, as `etcdserverpb.PutRequest`.
    static var protoMessageName: String { get }
}

extension WireDecodable {
    /// Decodes one message that fills all of `serialized`; the memory is not used afterwards.
    @inlinable
    public init(serialized: UnsafeRawBufferPointer) throws(WireError) {
        self.init()
        var reader = WireReader(serialized)
        try decode(&reader)
    }

    /// Decodes one message that fills all of `serializedBytes`.
    @inlinable
    public init(serializedBytes: [UInt8]) throws(WireError) {
        self = try serializedBytes.withUnsafeBufferPointer { buffer throws(WireError) in
            try Self(serialized: UnsafeRawBufferPointer(buffer))
        }
    }

    /// A new value, filled in by `populate`.
    @inlinable
    public static func with<Failure: Error>(
        _ populate: (inout Self) throws(Failure) -> Void
    ) throws(Failure) -> Self {
        var value = Self()
        try populate(&value)
        return value
    }
}

extension WireEncodable {
    /// The serialized message behind `prefixCount` zero bytes, which leave room for a frame's
    /// header.
    @inlinable
    public func serializedBytes(prefixCount: Int = 0) -> [UInt8] {
        let size = encodedSize
        return [UInt8](unsafeUninitializedCapacity: prefixCount + size) { buffer, count in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            for index in 0..<prefixCount { memory[index] = 0 }
            serialize(into: .init(rebasing: memory[prefixCount..<prefixCount + size]))
            count = prefixCount + size
        }
    }

    /// Appends the serialized message to `bytes`.
    @inlinable
    public func appendSerialized(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: encodedSize))
        bytes.withUnsafeMutableBytes {
            serialize(into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// Writes the serialized message into `buffer`, whose size must be `encodedSize`.
    @inlinable
    public func serialize(into buffer: UnsafeMutableRawBufferPointer) {
        var writer = WireWriter(buffer)
        encode(into: &writer)
        precondition(writer.isFull, "the encoded size and the encoding disagree")
    }
}
