extension [UInt8] {
    /// Whether both hold the same bytes: a word at a time, where `==` goes byte by byte.
    public func hasSameBytes(as other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                guard left.baseAddress != right.baseAddress else { return true }
                let wordBytes = MemoryLayout<UInt64>.size
                let wordsEnd = left.count - left.count % wordBytes
                for offset in stride(from: 0, to: wordsEnd, by: wordBytes) {
                    let word = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    guard word == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    else { return false }
                }
                return (wordsEnd..<left.count).allSatisfy { left[$0] == right[$0] }
            }
        }
    }
}
