import Basics
import EtcdMessages
import Protobuf
import Testing

/// Bytes from strangers: an error or a message, never a crash.
@Suite struct MalformedInputTests {
    /// A message cut between two fields is a message; cut anywhere else, it is truncated.
    @Test func truncationAtEachByte() throws {
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ sample: Corpus.Sample
        ) throws {
            var ends: Set<Int> = [0]
            var end = 0
            for field in try WireFields.split(sample.bytes) {
                end += field.bytes.count
                ends.insert(end)
            }
            for count in 0..<sample.bytes.count {
                let bytes = [UInt8](sample.bytes[..<count])
                if ends.contains(count) {
                    #expect(throws: Never.self, "\(type)") { try Message(serializedBytes: bytes) }
                } else {
                    #expect(throws: WireError.truncated, "\(type) cut at \(count)") {
                        try Message(serializedBytes: bytes)
                    }
                }
            }
        }
        let samples = try Corpus.shared.get().samples
        for (index, sample) in samples.enumerated() where index % Corpus.samplesPerType < 2 {
            try check(sample.type, sample)
        }
    }

    /// What is read from damaged bytes is a sound value: it can be written, and read again.
    @Test func damageAtRandom() throws {
        var random = SeededRandom(seed: 3)
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ sample: Corpus.Sample
        ) throws {
            guard !sample.bytes.isEmpty else { return }
            for _ in 0..<20 {
                var bytes = sample.bytes
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
                guard let message = try? Message(serializedBytes: bytes) else { continue }
                let again = try Message(serializedBytes: message.serializedBytes())
                #expect(again == message, "\(type)")
                #expect(try Message(jsonBytes: message.serializedJSON()) == message, "\(type)")
            }
        }
        for sample in try Corpus.shared.get().samples { try check(sample.type, sample) }
    }

    @Test(
        arguments: [
            ([0x18], .truncated),
            ([0x18, 0xff], .truncated),
            ([0x18] + [UInt8](repeating: 0xff, count: 10), .varintTooLong),
            ([0x18] + [UInt8](repeating: 0x80, count: 10) + [0], .varintTooLong),
            ([0x18] + [UInt8](repeating: 0xff, count: 9) + [2], .varintTooLong),
            ([0x00], .invalidTag),
            ([0x07], .invalidTag),
            ([0x0e], .invalidTag),
            ([0x0f], .invalidTag),
            ([0xff, 0xff, 0xff, 0xff, 0x1f], .invalidTag),
            ([0x0a, 2, 0], .truncated),
            ([0x0a] + [UInt8](repeating: 0xff, count: 9) + [1], .truncated),
            ([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], .truncated),
            ([0x0c], .unbalancedGroup),
            ([0x0b], .truncated),
            ([0x0b, 0x14], .unbalancedGroup),
            ([0x0b, 0x08], .truncated),
            ([0x09, 1, 2, 3, 4, 5, 6, 7], .truncated),
            ([0x0d, 1, 2, 3], .truncated),
        ] as [([UInt8], WireError)])
    func malformedFields(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try PutRequest(serializedBytes: bytes) }
    }

    @Test func aLongFormOfAVarintIsRead() throws {
        // 1 in two bytes, -1 in ten, and a tag in five.
        #expect(try PutRequest(serializedBytes: [0x18, 0x81, 0x00]).lease == 1)
        let minusOne: [UInt8] = [0x18] + [UInt8](repeating: 0xff, count: 9) + [1]
        #expect(try PutRequest(serializedBytes: minusOne).lease == -1)
        let longTag: [UInt8] = [0x98, 0x80, 0x80, 0x80, 0x00, 5]
        #expect(try PutRequest(serializedBytes: longTag).lease == 5)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0x61, 0x80],
        ] as [[UInt8]])
    func aStringThatIsNotUTF8(bytes: [UInt8]) throws {
        let field = [0x0a, UInt8(bytes.count)] + bytes
        #expect(throws: WireError.invalidUTF8) { try AuthUserGetRequest(serializedBytes: field) }
        // The same field of bytes takes anything.
        #expect(try PutRequest(serializedBytes: field).key == bytes)
    }

    /// A message that ends inside its parent must not read on in what follows.
    @Test func aMessageEndsWhereItsLengthSays() {
        // Field 1, two bytes long: a field of three bytes begins there.
        #expect(throws: WireError.truncated) {
            try PutResponse(serializedBytes: [0x0a, 2, 0x18, 0x81, 0x01, 0, 0])
        }
        #expect(throws: WireError.truncated) {
            try WatchCreateRequest(serializedBytes: [0x2a, 1, 0x81, 0x01])
        }
    }

    /// As deep as `protoc` allows, and one deeper.
    @Test(arguments: [100, 102]) func nesting(depth: Int) throws {
        // Each level of a transaction is two messages: the operation and the transaction in it.
        var bytes: [UInt8] = []
        for _ in 0..<depth / 2 {
            let operation = [0x22] + Batch.varint(bytes.count) + bytes
            bytes = [0x12] + Batch.varint(operation.count) + operation
        }
        let arguments = ["--decode=etcdserverpb.TxnRequest", "rpc.proto"]
        if depth <= 100 {
            #expect(try TxnRequest(serializedBytes: bytes).serializedBytes() == bytes)
            #expect(throws: Never.self) { try Protoc.run(arguments, input: bytes) }
        } else {
            #expect(throws: WireError.nestedTooDeep) { try TxnRequest(serializedBytes: bytes) }
            #expect(throws: Protoc.Failure.self) { try Protoc.run(arguments, input: bytes) }
        }
    }

    @Test func nestedGroups() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x7b, count: depth) + [UInt8](repeating: 0x7c, count: depth)
        }
        #expect(try PutRequest(serializedBytes: nested(100)) == PutRequest())
        #expect(throws: WireError.nestedTooDeep) { try PutRequest(serializedBytes: nested(101)) }
        #expect(throws: WireError.nestedTooDeep) {
            try PutRequest(serializedBytes: [UInt8](repeating: 0x7b, count: 1_000_000))
        }
    }
}
