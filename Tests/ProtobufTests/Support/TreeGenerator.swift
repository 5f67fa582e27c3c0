import Basics

/// Makes random messages of any type.
struct TreeGenerator {
    private let schema: TestSchema
    private var random: SeededRandom
    /// The fields that have held something else than the default, as `.package.Message.field`.
    private(set) var covered: Set<String> = []

    /// Messages within messages; below this, the optional ones are left out.
    private static let depthMax = 4

    init(schema: TestSchema, seed: UInt64) {
        self.schema = schema
        random = SeededRandom(seed: seed)
    }

    /// A message with every field set (of each oneof the member that `round` selects) in the first
    /// rounds, and with half of them in later ones.
    mutating func makeTree(_ name: String, round: Int, depth: Int = 0) -> TestTree {
        let fields = schema.messages[name]?.fields ?? []
        let isFull = round < 8
        var tree = TestTree()
        let selected = selectMembers(fields, round: isFull ? round : nil)
        for field in fields {
            if field.oneof != nil {
                guard selected.contains(field.number) else { continue }
            } else if !isFull && Bool.random(using: &random) {
                continue
            }
            guard field.type != 11 || depth < Self.depthMax else { continue }
            let values = makeValues(field, round: round, isFull: isFull, depth: depth)
            if field.isRepeated || values.contains(where: { !$0.isDefault }) {
                covered.insert(name + "." + field.name)
            }
            tree.fields.append((field, values))
        }
        return tree
    }

    /// The numbers of the members that are set, at most one of each oneof.
    private mutating func selectMembers(_ fields: [TestField], round: Int?) -> Set<Int> {
        var selected: Set<Int> = []
        for oneof in Set(fields.compactMap(\.oneof)).sorted() {
            let members = fields.filter { $0.oneof == oneof }
            let index =
                round.map { $0 % members.count }
                ?? Int.random(in: 0...members.count, using: &random)
            if index < members.count { selected.insert(members[index].number) }
        }
        return selected
    }

    private mutating func makeValues(
        _ field: TestField, round: Int, isFull: Bool, depth: Int
    ) -> [TestValue] {
        let count = field.isRepeated ? Int.random(in: 1...3, using: &random) : 1
        return (0..<count).map { _ in
            while true {
                let value = makeValue(field, round: round, depth: depth)
                if !isFull || field.isRepeated || !value.isDefault { return value }
            }
        }
    }

    private mutating func makeValue(_ field: TestField, round: Int, depth: Int) -> TestValue {
        switch field.type {
        case 3: return .number("\(makeInteger(Int64.self))", is64Bits: true)
        case 4: return .number("\(makeInteger(UInt64.self))", is64Bits: true)
        case 5: return .number("\(makeInteger(Int32.self))", is64Bits: false)
        case 13: return .number("\(makeInteger(UInt32.self))", is64Bits: false)
        case 8: return .bool(Bool.random(using: &random))
        case 9: return .string(makeString())
        case 12: return .bytes(makeBytes())
        case 11:
            return .message(makeTree(field.typeName, round: round, depth: depth + 1))
        case 14:
            let values = schema.enums[field.typeName]?.values ?? []
            // Now and then a number that the enum does not have.
            if Int.random(in: 0..<8, using: &random) == 0 {
                return .enumeration(nil, number: Bool.random(using: &random) ? 77 : -1)
            }
            let value = values.randomElement(using: &random)
            return .enumeration(value?.name, number: value?.number ?? 0)
        default: preconditionFailure("no field of ours has the type \(field.type)")
        }
    }

    /// Often a number at which the length of the varint changes.
    private mutating func makeInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return 0
        case 1: return .min
        case 2: return .max
        case 3:
            let bits = Integer.Magnitude.random(
                in: 0..<Integer.Magnitude(Integer.bitWidth), using: &random)
            let edge = Integer.Magnitude(1) << bits
            return Integer(truncatingIfNeeded: edge &- (Bool.random(using: &random) ? 1 : 0))
        default: return Integer.random(in: .min ... .max, using: &random)
        }
    }

    private mutating func makeString() -> String {
        let scalars: [ClosedRange<UInt32>] = [
            0x20...0x7e, 0...0x1f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff,
            0x10000...0x10ffff,
        ]
        let count = Int.random(in: 0...12, using: &random)
        var view = String.UnicodeScalarView()
        for _ in 0..<count {
            let range = scalars[Int.random(in: 0..<scalars.count, using: &random)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                view.append(scalar)
            }
        }
        return String(view)
    }

    /// Sometimes so long that its length takes two bytes.
    private mutating func makeBytes() -> [UInt8] {
        let isLong = Int.random(in: 0..<10, using: &random) == 0
        let count = Int.random(in: isLong ? 120...140 : 0...10, using: &random)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
