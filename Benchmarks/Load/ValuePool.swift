import Basics

/// Random bytes, so that no server saves anything by compressing them; made once, since the generator shares the
/// machine with those that it loads.
struct ValuePool {
    static let valueBytesMax = 1 << 20
    private let bytes: [UInt8]

    init(using random: inout SeededRandom) {
        bytes = (0..<(2 * Self.valueBytesMax)).map { _ in UInt8.random(in: 0...255, using: &random)
        }
    }

    /// A part of the pool, wherever it begins.
    func value(byteCount: Int, using random: inout SeededRandom) -> [UInt8] {
        let start = Int.random(in: 0...(bytes.count - byteCount), using: &random)
        return Array(bytes[start..<(start + byteCount)])
    }
}
