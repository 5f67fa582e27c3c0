/// The binary form of a message: straight-line code, one case for each tag.
extension MessageGenerator {
    func decode(into source: inout SourceText) {
        let head = "package mutating func decode(_ reader: inout WireReader) throws(WireError)"
        source.block(head) { source in
            source.block("while true") { source in
                source.line("let tag = try reader.readTag()", "switch tag {", "case 0: return")
                for field in fields { decode(field, &source) }
                source.line("default: try reader.skip(tag)", "}")
            }
        }
    }

    private func decode(_ field: Field, _ source: inout SourceText) {
        if let oneof = field.oneof { return decode(field, of: oneof, &source) }
        if field.isMessage {
            let label = field.isRepeated ? "in: " : ""
            source.line("case \(field.tag): try reader.readMessage(\(label)&\(field.path))")
        } else if field.isRepeated {
            source.line("case \(field.tag): \(field.path).append(try \(field.kind.readCall))")
        } else {
            source.line("case \(field.tag): \(field.path) = try \(field.kind.readCall)")
        }
        if field.isPacked { decodePacked(field, &source) }
    }

    private func decodePacked(_ field: Field, _ source: inout SourceText) {
        source.line("case \(field.packedTag):")
        source.indented { source in
            source.line("try reader.readPacked { reader throws(WireError) in")
            source.line("    \(field.path).append(try \(field.kind.readCall))", "}")
        }
    }

    /// A message that is already there is merged with the new one.
    private func decode(_ field: Field, of oneof: Oneof, _ source: inout SourceText) {
        guard field.isMessage else {
            let value = "try .\(field.name)(\(field.kind.readCall))"
            return source.line("case \(field.tag): \(oneof.path) = \(value)")
        }
        source.line("case \(field.tag):")
        source.indented { source in
            source.line("var value = \(field.path)", "try reader.readMessage(&value)")
            source.line("\(oneof.path) = .\(field.name)(value)")
        }
    }

    func encodedSize(into source: inout SourceText) {
        if fields.isEmpty { return source.line("package var encodedSize: Int { 0 }") }
        source.block("package var encodedSize: Int") { source in
            source.line("var size = 0")
            for field in fields { size(of: field, &source) }
            source.line("return size")
        }
    }

    private func size(of field: Field, _ source: inout SourceText) {
        let tag = field.tagSize
        if let oneof = field.oneof {
            let size = "size += \(tag) + \(field.kind.size(of: "value"))"
            // A Bool takes one byte, whatever it is.
            let pattern = field.kind == .bool ? ".\(field.name)?" : ".\(field.name)(let value)?"
            source.line("if case \(pattern) = \(oneof.path) { \(size) }")
        } else if field.isPacked {
            source.block("if !\(field.path).isEmpty") { source in
                source.line("var count = 0")
                let name = field.kind == .bool ? "_" : "value"
                let increment = "count += \(field.kind.size(of: name))"
                source.line("for \(name) in \(field.path) { \(increment) }")
                source.line("size += \(tag) + WireSize.lengthDelimited(count)")
            }
        } else if field.isRepeated {
            let size = "size += \(tag) + \(field.kind.size(of: "value"))"
            source.line("for value in \(field.path) { \(size) }")
        } else if field.isMessage {
            let size = "size += \(tag) + \(field.kind.size(of: "value"))"
            source.line("if let value = \(field.path) { \(size) }")
        } else {
            let size = "size += \(tag) + \(field.kind.size(of: field.path))"
            source.line("if \(field.kind.isSet(field.path)) { \(size) }")
        }
    }

    func encode(into source: inout SourceText) {
        source.block("package func encode(into writer: inout WireWriter)") { source in
            for field in fields.reversed() { encode(field, &source) }
        }
    }

    private func encode(_ field: Field, _ source: inout SourceText) {
        let write = "writer.write(value, tag: \(field.tag))"
        if let oneof = field.oneof {
            source.line("if case .\(field.name)(let value)? = \(oneof.path) { \(write) }")
        } else if field.isPacked {
            source.block("if !\(field.path).isEmpty") { source in
                source.line("let end = writer.mark")
                let write = "writer.writeVarint(\(field.kind.varint(of: "value")))"
                source.line("for value in \(field.path).reversed() { \(write) }")
                source.line("writer.writeLength(since: end, tag: \(field.packedTag))")
            }
        } else if field.isRepeated {
            source.line("for value in \(field.path).reversed() { \(write) }")
        } else if field.isMessage {
            source.line("if let value = \(field.path) { \(write) }")
        } else {
            let write = "writer.write(\(field.path), tag: \(field.tag))"
            source.line("if \(field.kind.isSet(field.path)) { \(write) }")
        }
    }
}
