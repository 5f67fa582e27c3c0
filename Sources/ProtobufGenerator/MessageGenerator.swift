/// Writes a message as a Swift struct.
struct MessageGenerator {
    let descriptor: MessageDescriptor
    let fullName: String
    let swiftName: String
    let schema: Schema
    /// In the order of their numbers.
    let fields: [Field]

    init(_ descriptor: MessageDescriptor, fullName: String, schema: Schema) {
        self.descriptor = descriptor
        self.fullName = fullName
        self.schema = schema
        swiftName = schema.swiftName("." + fullName)
        fields = descriptor.fields.map { Field($0, of: descriptor, in: schema) }
            .sorted { $0.descriptor.number < $1.descriptor.number }
    }

    /// The name without the types around it.
    private var lastName: String { swiftName.split(separator: ".").last.map(String.init) ?? "" }

    func generate(into source: inout SourceText) {
        source.documentation(descriptor.comment, fallback: "The message `\(fullName)`.")
        source.block("package struct \(lastName): ProtobufMessage") { source in
            source.line("package static var protoMessageName: String { \"\(fullName)\" }", "")
            nestedTypes(&source)
            for field in fields where field.oneof == nil { property(field, &source) }
            for index in descriptor.oneofs.indices { oneof(index, &source) }
            if !fields.isEmpty { source.line("") }
            source.line("package init() {}", "")
            decode(into: &source)
            source.line("")
            encodedSize(into: &source)
            source.line("")
            encode(into: &source)
        }
    }

    private func nestedTypes(_ source: inout SourceText) {
        for type in descriptor.enums {
            let name = SwiftNames.type(type.name, suffix: "Enum")
            EnumGenerator(descriptor: type, fullName: fullName + "." + type.name, swiftName: name)
                .generate(into: &source)
            source.line("")
        }
        for message in descriptor.messages {
            MessageGenerator(message, fullName: fullName + "." + message.name, schema: schema)
                .generate(into: &source)
            source.line("")
        }
    }

    private func property(_ field: Field, _ source: inout SourceText) {
        source.documentation(field.descriptor.comment)
        guard field.isMessage && !field.isRepeated else {
            return source.line(
                "package var \(field.name): \(field.swiftType) = \(field.defaultValue)")
        }
        source.block("package var \(field.name): \(field.swiftType)") { source in
            source.line("get { \(field.storage) ?? \(field.defaultValue) }")
            source.line("set { \(field.storage) = newValue }")
        }
        source.line("/// `\(field.name)` is set.")
        source.line("package var has\(field.capitalizedName): Bool { \(field.storage) != nil }")
        source.line("/// Unsets `\(field.name)`.")
        source.line(
            "package mutating func clear\(field.capitalizedName)() { \(field.storage) = nil }")
        source.line("private var \(field.storage): \(field.swiftType)?")
    }

    private func oneof(_ index: Int, _ source: inout SourceText) {
        let members = fields.filter { $0.oneof?.index == index }
        guard let oneof = members.first?.oneof else { return }
        source.line("")
        source.line("/// The members of `\(oneof.name)`.")
        source.block("package enum \(oneof.type): Equatable, Sendable") { source in
            for field in members {
                source.documentation(field.descriptor.comment)
                source.line("case \(field.name)(\(field.swiftType))")
            }
        }
        source.documentation(
            descriptor.oneofs[index].comment, fallback: "The member of `\(oneof.name)` that is set."
        )
        source.line("package var \(oneof.property): \(oneof.type)?")
        for field in members {
            source.line(
                "/// The value of `\(oneof.property)` if it is this member, else the default.")
            source.block("package var \(field.name): \(field.swiftType)") { source in
                source.block("get") { source in
                    source.line(
                        "if case .\(field.name)(let value)? = \(oneof.property) { return value }")
                    source.line("return \(field.defaultValue)")
                }
                source.line("set { \(oneof.property) = .\(field.name)(newValue) }")
            }
        }
    }
}
