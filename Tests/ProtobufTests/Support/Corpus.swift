import Protobuf

/// Random messages of every type, with the bytes that `protoc` makes of them.
struct Corpus: Sendable {
    struct Sample: Sendable {
        let type: any ProtobufJSONMessage.Type
        let tree: TestTree
        let bytes: [UInt8]
    }

    /// Values for each type.
    static let samplesPerType = 24
    static let seed: UInt64 = 20_261_120

    /// Made once, because `protoc` has to be asked.
    static let shared = Result { try Corpus() }

    let samples: [Sample]
    /// Every field of every message, as `.package.Message.field`.
    let allFields: Set<String>
    /// Those that some sample sets.
    let coveredFields: Set<String>
    /// The full names of the messages in the .proto files.
    let messageNames: Set<String>

    private init() throws {
        let schema = try TestSchema.load()
        var generator = TreeGenerator(schema: schema, seed: Self.seed)
        var trees: [(type: any ProtobufJSONMessage.Type, tree: TestTree)] = []
        for type in EveryMessage.types {
            for round in 0..<Self.samplesPerType {
                trees.append((type, generator.makeTree("." + type.protoMessageName, round: round)))
            }
        }
        let bytes = try Batch.encode(trees.map { (type: $0.type, text: $0.tree.text) })
        samples = zip(trees, bytes).map { Sample(type: $0.type, tree: $0.tree, bytes: $1) }
        coveredFields = generator.covered
        messageNames = Set(schema.messages.keys.map { String($0.dropFirst()) })
        allFields = Set(
            schema.messages.flatMap { name, message in message.fields.map { name + "." + $0.name } }
        )
    }
}
