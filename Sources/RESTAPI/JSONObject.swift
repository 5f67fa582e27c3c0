internal import Protobuf

/// Builds the JSON object of an answer. Bytes that are UTF-8 become text; others become base64 under the
/// name with `_base64` behind it, so that a reader always knows which of the two it has.
struct JSONObject {
    private var writer = JSONWriter()

    init() { writer.beginObject() }

    mutating func add(_ name: String, text: String) {
        writer.name(name)
        writer.write(text)
    }

    mutating func add(_ name: String, number: Int64) {
        writer.name(name)
        writer.write(number)
    }

    mutating func add(_ name: String, _ flag: Bool) {
        writer.name(name)
        writer.write(flag)
    }

    /// Null stands for a value that does not exist.
    mutating func add(_ name: String, bytes: [UInt8]?) {
        guard let bytes else {
            writer.name(name)
            return writer.writeNull()
        }
        if let text = String(validating: bytes, as: UTF8.self) {
            writer.name(name)
            writer.write(text)
        } else {
            writer.name(name + JSONBody.base64Suffix)
            writer.write(base64: bytes)
        }
    }

    /// A list of texts, with `{"base64":"…"}` for what is not UTF-8.
    mutating func add(_ name: String, bytesList: [[UInt8]]) {
        writer.name(name)
        writer.beginArray()
        for bytes in bytesList {
            if let text = String(validating: bytes, as: UTF8.self) {
                writer.write(text)
            } else {
                writer.beginObject()
                writer.name("base64")
                writer.write(base64: bytes)
                writer.endObject()
            }
        }
        writer.endArray()
    }

    /// The object as text; nothing can be added behind it.
    consuming func finished() -> [UInt8] {
        writer.endObject()
        return writer.bytes
    }
}
