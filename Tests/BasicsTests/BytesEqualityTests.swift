import Basics
import Testing

struct BytesEqualityTests {
    @Test func everyByteCounts() {
        for count in 0...33 {
            let bytes = (0..<count).map { UInt8($0) }
            #expect(bytes.hasSameBytes(as: Array(bytes)))
            #expect(!bytes.hasSameBytes(as: bytes + [0]))
            #expect(!(bytes + [0]).hasSameBytes(as: bytes))
            for place in 0..<count {
                var other = bytes
                other[place] ^= 0x80
                #expect(!bytes.hasSameBytes(as: other), "\(count) bytes, the one at \(place)")
            }
        }
    }
}
