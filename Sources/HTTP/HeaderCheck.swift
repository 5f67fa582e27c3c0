/// Looks at the fields of one request, or of its trailers, as they come: what RFC 9113 calls malformed is refused.
/// nghttp2's own look would do, but that it refuses more: clients of etcd put a whole URL into `:authority`, and the
/// HTTP/2 of Go, which etcd is written in, takes it.
struct HeaderCheck {
    private struct Fields: OptionSet {
        let rawValue: UInt8
        static let method = Fields(rawValue: 1)
        static let scheme = Fields(rawValue: 2)
        static let path = Fields(rawValue: 4)
        static let authority = Fields(rawValue: 8)
        static let host = Fields(rawValue: 16)
        static let contentLength = Fields(rawValue: 32)
    }

    private let isTrailer: Bool
    private var found: Fields = []
    private var isPastPseudo = false
    private var isConnect = false
    private var isMalformed = false
    /// What the request says of its body's size; -1 if it does not.
    private(set) var contentLength = -1

    init(isTrailer: Bool) { self.isTrailer = isTrailer }

    /// Whether the block that has ended was as it should be.
    func isSound(endsStream: Bool) -> Bool {
        if isMalformed { return false }
        if isTrailer { return endsStream }
        if isConnect { return found.isSuperset(of: [.method, .authority]) }
        return found.isSuperset(of: [.method, .scheme, .path])
    }

    /// Takes the next field.
    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard !name.isEmpty, FieldText.isValue(value) else { return isMalformed = true }
        let isFine =
            name[0] == UInt8(ascii: ":") ? takePseudo(name, value) : takeRegular(name, value)
        if !isFine { isMalformed = true }
    }

    private mutating func takePseudo(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Bool {
        guard !isTrailer, !isPastPseudo else { return false }
        switch name.count {
        case 5 where FieldText.equal(name, ":path"):
            return isFirst(.path) && FieldText.isWord(value)
        case 7 where FieldText.equal(name, ":method"):
            isConnect = FieldText.equal(value, "CONNECT")
            return isFirst(.method) && FieldText.isWord(value)
        case 7 where FieldText.equal(name, ":scheme"):
            return isFirst(.scheme) && FieldText.isWord(value)
        case 10 where FieldText.equal(name, ":authority"):
            return isFirst(.authority)
        default: return false
        }
    }

    private mutating func takeRegular(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Bool {
        isPastPseudo = true
        guard FieldText.isName(name) else { return false }
        switch name.count {
        case 2 where FieldText.equal(name, "te"): return FieldText.equal(value, "trailers")
        case 4 where FieldText.equal(name, "host"): return isFirst(.host)
        case 14 where FieldText.equal(name, "content-length"):
            return isFirst(.contentLength) && takeLength(value)
        case 7: return !FieldText.equal(name, "upgrade")
        case 10:
            return !FieldText.equal(name, "connection") && !FieldText.equal(name, "keep-alive")
        case 16: return !FieldText.equal(name, "proxy-connection")
        case 17: return !FieldText.equal(name, "transfer-encoding")
        default: return true
        }
    }

    private mutating func takeLength(_ value: UnsafeRawBufferPointer) -> Bool {
        guard !value.isEmpty, value.count <= Self.lengthDigitsMax else { return false }
        var length = 0
        for byte in value {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        contentLength = length
        return true
    }

    private mutating func isFirst(_ field: Fields) -> Bool { found.insert(field).inserted }

    /// So many digits do not overflow.
    private static let lengthDigitsMax = 18
}
