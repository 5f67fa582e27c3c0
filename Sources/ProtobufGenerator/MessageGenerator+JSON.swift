/// The JSON form of a message and of those within it, as extensions of the Swift types.
extension MessageGenerator {
    func generateJSON(into source: inout SourceText) {
        source.line("")
        source.block("extension \(swiftName): ProtobufJSONMessage") { source in
            encodeJSON(&source)
            source.line("")
            decodeJSON(&source)
        }
        for message in descriptor.messages {
            MessageGenerator(message, fullName: fullName + "." + message.name, schema: schema)
                .generateJSON(into: &source)
        }
    }

    private func encodeJSON(_ source: inout SourceText) {
        source.block("package func encodeJSON(into writer: inout JSONWriter)") { source in
            source.line("writer.beginObject()")
            for field in fields { encodeJSON(field, &source) }
            source.line("writer.endObject()")
        }
    }

    private func encodeJSON(_ field: Field, _ source: inout SourceText) {
        let name = "writer.name(\"\(field.descriptor.name)\")"
        let isOptional = field.isMessage && !field.isRepeated
        let condition =
            if let oneof = field.oneof {
                "if case .\(field.name)(let value)? = \(oneof.path)"
            } else if field.isRepeated {
                "if !\(field.path).isEmpty"
            } else if isOptional {
                "if let value = \(field.path)"
            } else {
                "if \(field.kind.isSet(field.path))"
            }
        source.block(condition) { source in
            source.line(name)
            guard field.isRepeated else {
                let value = field.oneof != nil || isOptional ? "value" : field.path
                return source.line("writer.write(field: \(value))")
            }
            source.line("writer.beginArray()")
            source.line("for value in \(field.path) { writer.write(field: value) }")
            source.line("writer.endArray()")
        }
    }

    private func decodeJSON(_ source: inout SourceText) {
        let head = "package mutating func decodeJSON(_ members: [JSONMember]) throws(JSONError)"
        if fields.isEmpty { return source.line(head + " {}") }
        source.block(head) { source in
            source.block("for member in members where !member.value.isNull") { source in
                source.line("switch member.name {")
                for field in fields { decodeJSON(field, &source) }
                source.line("default: break", "}")
            }
        }
    }

    private func decodeJSON(_ field: Field, _ source: inout SourceText) {
        let descriptor = field.descriptor
        let names = [descriptor.name] + [descriptor.jsonName].filter { $0 != descriptor.name }
        let pattern = "case " + names.map { "\"\($0)\"" }.joined(separator: ", ") + ":"
        let read = field.kind.jsonReadCall
        if let oneof = field.oneof {
            source.line(pattern)
            source.indented { source in
                source.block("guard \(oneof.path) == nil else") { source in
                    source.line("throw .oneofSetTwice(field: member.name)")
                }
                source.line("\(oneof.path) = try .\(field.name)(member.\(read))")
            }
        } else if field.isRepeated {
            source.line(pattern)
            source.indented { source in
                source.line("\(field.path) = try member.list { element throws(JSONError) in")
                source.line("    try element.\(read)", "}")
            }
        } else {
            source.line("\(pattern) \(field.path) = try member.\(read)")
        }
    }
}
