/// Two small digits for each byte.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The bytes as etcdctl's --hex prints them: \x00 for each.
    static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { "\\x" + encode([$0]) }.joined()
    }

    /// An id as etcd's tools print it: without leading zeros.
    static func id(_ number: UInt64) -> String { String(number, radix: 16) }
}
