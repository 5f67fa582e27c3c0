/// Writes a protobuf enum as a Swift enum.
struct EnumGenerator {
    let descriptor: EnumDescriptor
    let fullName: String
    let swiftName: String

    func generate(into source: inout SourceText) {
        source.documentation(descriptor.comment, fallback: "The enum `\(fullName)`.")
        source.block("package enum \(swiftName): ProtobufEnum") { source in
            for value in descriptor.values {
                source.documentation(value.comment)
                source.line("case \(caseName(value)) // = \(value.number)")
            }
            source.line("/// A number that this version does not know.")
            source.line("case UNRECOGNIZED(Int)", "")
            source.line("package init() { self = .\(caseName(descriptor.values[0])) }", "")
            rawValue(&source)
            source.line("")
            protoName(&source)
            source.line("")
            let cases = descriptor.values.map { "." + caseName($0) }.joined(separator: ", ")
            source.line("package static let allCases: [\(swiftName)] = [\(cases)]")
        }
    }

    private func caseName(_ value: EnumValueDescriptor) -> String {
        SwiftNames.escaped(SwiftNames.lowerCamel(value.name))
    }

    private func rawValue(_ source: inout SourceText) {
        source.block("package init(rawValue: Int)") { source in
            source.line("switch rawValue {")
            for value in descriptor.values {
                source.line("case \(value.number): self = .\(caseName(value))")
            }
            source.line("default: self = .UNRECOGNIZED(rawValue)", "}")
        }
        source.line("")
        source.block("package var rawValue: Int") { source in
            source.line("switch self {")
            for value in descriptor.values {
                source.line("case .\(caseName(value)): \(value.number)")
            }
            source.line("case .UNRECOGNIZED(let number): number", "}")
        }
    }

    private func protoName(_ source: inout SourceText) {
        source.block("package init?(protoName: String)") { source in
            source.line("switch protoName {")
            for value in descriptor.values {
                source.line("case \"\(value.name)\": self = .\(caseName(value))")
            }
            source.line("default: return nil", "}")
        }
        source.line("")
        source.block("package var protoName: String?") { source in
            source.line("switch self {")
            for value in descriptor.values {
                source.line("case .\(caseName(value)): \"\(value.name)\"")
            }
            source.line("case .UNRECOGNIZED: nil", "}")
        }
    }
}
