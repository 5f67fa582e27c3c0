/// The five bytes before each message: a flag (1: compressed) and the length, big-endian.
package enum MessagePrefix {
    /// Bytes of a prefix.
    package static let byteCount = 5

    /// Writes the prefix of an uncompressed message of `count` bytes to `memory`.
    package static func write(count: Int, to memory: UnsafeMutableRawPointer) {
        precondition(count >= 0 && count <= Int(UInt32.max), "a message has at most 4 GiB")
        memory.storeBytes(of: 0, as: UInt8.self)
        memory.storeBytes(of: UInt32(count).bigEndian, toByteOffset: 1, as: UInt32.self)
    }

    /// Reads the message length from the first five of `bytes`, or says why the message is refused.
    package static func read(
        _ bytes: UnsafeRawBufferPointer, limit: Int
    ) throws(FramingError) -> Int {
        precondition(bytes.count >= byteCount, "a prefix has five bytes")
        let flag = bytes[0]
        guard flag <= 1 else { throw .invalidFlag(flag) }
        let length = Int(
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard length <= limit else { throw .tooLarge(size: length, limit: limit) }
        guard flag == 0 else { throw .compressed }
        return length
    }
}
