package import Basics

/// A type with one byte form, which it writes to and is born from.
package protocol ByteCodable {
    /// Appends the byte form.
    func encode(into writer: inout ByteWriter)

    /// Reads exactly what `encode` wrote; bytes that it cannot have written are refused.
    init(from reader: inout ByteReader) throws(ByteReaderError)
}

extension ByteCodable {
    /// The byte form alone.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// Reads one value that fills `bytes` to its end.
    package init(whole bytes: UnsafeRawBufferPointer) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        self = try Self(from: &reader)
        try reader.expectEnd()
    }
}
