/// A field as the generator sees it: its kind, its names, its tag.
struct Field {
    let descriptor: FieldDescriptor
    let kind: FieldKind
    /// The oneof it belongs to.
    let oneof: Oneof?

    init(_ descriptor: FieldDescriptor, of message: MessageDescriptor, in schema: Schema) {
        guard let kind = FieldKind(descriptor, in: schema) else {
            preconditionFailure("the schema has been checked")
        }
        self.descriptor = descriptor
        self.kind = kind
        oneof = descriptor.oneofIndex.map { Oneof(index: $0, name: message.oneofs[$0].name) }
    }

    var isRepeated: Bool { descriptor.isRepeated }
    var isMessage: Bool { if case .message = kind { true } else { false } }
    var isPacked: Bool { isRepeated && kind.isPackable }

    /// The name of the property, of the case in a oneof, and of the local value.
    var name: String { SwiftNames.escaped(bareName) }
    /// The private property behind a message field.
    var storage: String { "_" + bareName }
    /// The property in code that has names of its own.
    var path: String { "self." + (oneof == nil && isMessage && !isRepeated ? storage : name) }
    var capitalizedName: String { SwiftNames.capitalized(bareName) }
    private var bareName: String { SwiftNames.lowerCamel(descriptor.name) }

    var swiftType: String { isRepeated ? "[\(kind.swiftType)]" : kind.swiftType }
    var defaultValue: String { isRepeated ? "[]" : kind.defaultValue }

    /// The tag of one value.
    var tag: Int { descriptor.number << 3 | kind.wireType }
    /// The tag of all values together.
    var packedTag: Int { descriptor.number << 3 | 2 }
    /// The bytes of the tag.
    var tagSize: Int {
        var size = 1
        var rest = tag >> 7
        while rest > 0 {
            size += 1
            rest >>= 7
        }
        return size
    }
}

/// A oneof as the generator sees it.
struct Oneof: Equatable {
    let index: Int
    let name: String

    var property: String { SwiftNames.escaped(SwiftNames.lowerCamel(name)) }
    /// The property in code that has names of its own.
    var path: String { "self." + property }
    var type: String { "OneOf_" + SwiftNames.upperCamel(name) }
}
