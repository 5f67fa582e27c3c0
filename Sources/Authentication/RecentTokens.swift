/// Tokens that were said lately, with what is known of each: found by their bytes where they came in, without a copy and
/// without a digest. A place for each, which the next one with the same place takes.
struct RecentTokens<Entry: AnyObject> {
    private var places: [(token: [UInt8], entry: Entry)?] = []

    /// What is known of a token.
    func entry(of token: UnsafeRawBufferPointer) -> Entry? {
        guard !places.isEmpty, let known = places[Self.place(of: token)] else { return nil }
        return Self.areEqual(known.token, token) ? known.entry : nil
    }

    mutating func note(_ token: String, _ entry: Entry) {
        if places.isEmpty { places = Array(repeating: nil, count: Limits.recentTokens) }
        let bytes = Array(token.utf8)
        places[bytes.withUnsafeBytes(Self.place)] = (bytes, entry)
    }

    /// By the last bytes: those of a signature, or of a secret and a slot.
    private static func place(of token: UnsafeRawBufferPointer) -> Int {
        guard token.count >= 8 else { return 0 }
        let last = token.loadUnaligned(fromByteOffset: token.count - 8, as: UInt64.self)
        // The highest bits are those that all others count in.
        let mixed = last &* 0x9e37_79b9_7f4a_7c15
        return Int(mixed.multipliedFullWidth(by: UInt64(Limits.recentTokens)).high)
    }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in
            var (difference, offset) = (UInt64(0), 0)
            while offset &+ 8 <= left.count {
                difference |=
                    left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    ^ right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                offset &+= 8
            }
            while offset < left.count {
                difference |= UInt64(left[offset] ^ right[offset])
                offset &+= 1
            }
            return difference == 0
        }
    }
}
