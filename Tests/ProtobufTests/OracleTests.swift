import Basics
import EtcdMessages
import Protobuf
import Testing

/// Random values of every message, with `protoc` as the judge.
@Suite struct OracleTests {
    @Test func everyMessageAndEveryFieldIsTried() throws {
        let corpus = try Corpus.shared.get()
        #expect(Set(EveryMessage.types.map { $0.protoMessageName }) == corpus.messageNames)
        #expect(corpus.allFields.subtracting(corpus.coveredFields) == [])
        #expect(corpus.samples.count >= 20 * corpus.messageNames.count)
    }

    /// Reads what `protoc` wrote, compares the fields by their names (in JSON), and writes the same
    /// bytes.
    @Test func theBytesAreThoseOfProtoc() throws {
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ sample: Corpus.Sample
        ) throws {
            let message = try Message(serializedBytes: sample.bytes)
            #expect(message.encodedSize == sample.bytes.count, "\(type)")
            #expect(message.serializedBytes() == sample.bytes, "\(type)")
            #expect(try JSONValue.parse(message.serializedJSON()) == sample.tree.json, "\(type)")
        }
        for sample in try Corpus.shared.get().samples { try check(sample.type, sample) }
    }

    /// Every spelling that is allowed in JSON leads to the same message.
    @Test func jsonIsReadInEverySpelling() throws {
        var random = SeededRandom(seed: Corpus.seed)
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ sample: Corpus.Sample
        ) throws {
            let message = try Message(serializedBytes: sample.bytes)
            #expect(try Message(jsonBytes: message.serializedJSON()) == message, "\(type)")
            var writer = JSONWriter()
            writer.write(sample.tree.looseJSON(&random))
            #expect(try Message(jsonBytes: writer.bytes) == message, "\(type)")
        }
        for sample in try Corpus.shared.get().samples { try check(sample.type, sample) }
    }

    /// Two messages one after the other are the first merged with the second.
    @Test func messagesAreMergedAsProtocMergesThem() throws {
        let samples = try Corpus.shared.get().samples
        let pairs = zip(samples, samples.dropFirst()).filter { $0.type == $1.type }
        let items = pairs.map { (type: $0.type, bytes: $0.bytes + $1.bytes) }
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ bytes: [UInt8], _ merged: [UInt8]
        ) throws {
            #expect(try Message(serializedBytes: bytes).serializedBytes() == merged, "\(type)")
        }
        let merged = try Batch.normalize(items)
        #expect(merged.count == items.count)
        for (item, bytes) in zip(items, merged) { try check(item.type, item.bytes, bytes) }
    }

    /// Fields in any order, and unknown ones between them, make the same message.
    @Test func orderAndUnknownFieldsDoNotMatter() throws {
        var random = SeededRandom(seed: Corpus.seed)
        let unknown: [[UInt8]] = [
            Batch.varint(15_000 << 3) + [1],
            Batch.varint(15_000 << 3 | 1) + [1, 2, 3, 4, 5, 6, 7, 8],
            Batch.varint(15_000 << 3 | 2) + [3, 0xff, 0xff, 0xff],
            Batch.varint(15_000 << 3 | 5) + [1, 2, 3, 4],
            Batch.varint(15_000 << 3 | 3) + [0x08, 1] + Batch.varint(15_000 << 3 | 4),
        ]
        func check<Message: ProtobufJSONMessage>(
            _ type: Message.Type, _ sample: Corpus.Sample
        ) throws {
            var chunks = try WireFields.split(sample.bytes)
            // A stable order within one number keeps repeated fields as they were.
            let keys = Dictionary(grouping: chunks, by: \.number).keys.sorted()
                .shuffled(using: &random)
            chunks = keys.flatMap { key in chunks.filter { $0.number == key } }
            var bytes = unknown.randomElement(using: &random) ?? []
            for chunk in chunks {
                bytes += chunk.bytes + (unknown.randomElement(using: &random) ?? [])
            }
            #expect(
                try Message(serializedBytes: bytes).serializedBytes() == sample.bytes, "\(type)")
        }
        for sample in try Corpus.shared.get().samples { try check(sample.type, sample) }
    }
}
