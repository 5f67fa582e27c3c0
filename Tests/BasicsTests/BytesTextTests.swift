import Basics
import Testing

struct BytesTextTests {
    @Test func hexadecimalDigits() {
        for byte in UInt8.min...UInt8.max {
            let digit = Character(Unicode.Scalar(byte))
            let expected = byte < 0x80 ? digit.hexDigitValue.map { UInt8($0) } : nil
            #expect(byte.hexadecimalValue == expected)
        }
    }

    @Test(
        arguments: [
            ([1], [2]), ([1, 2, 3], [1, 2, 4]), ([1, 0xff], [2]),
            ([1, 0xff, 7, 0xff, 0xff], [1, 0xff, 8]),
            ([], nil), ([0xff], nil), ([0xff, 0xff], nil),
        ] as [([UInt8], [UInt8]?)])
    func theEndOfAPrefix(prefix: [UInt8], end: [UInt8]?) {
        #expect(prefix.firstBeyondPrefix == end)
    }
}
