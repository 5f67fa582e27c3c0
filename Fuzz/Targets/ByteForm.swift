internal import PaxosCodec

/// A type with one byte form.
enum ByteForm {
    /// Bytes that are taken are those that are written.
    static func check<Value: ByteCodable & Equatable>(
        _ type: Value.Type, _ bytes: UnsafeRawBufferPointer
    ) throws(Breach) {
        guard let value = try? Value(whole: bytes) else { return }
        try Breach.unless(value.encoded.elementsEqual(bytes), "a \(type) that nobody writes")
    }
}
