internal import Basics

/// The escapes of URLs: `%` and two hexadecimal digits stand for any byte, so that keys and values may
/// hold anything, zero bytes and broken UTF-8 included.
enum PercentCoding {
    /// The bytes behind `text`, or nil if an escape is cut short or not hexadecimal. In a query, `+`
    /// is a space, as forms and the URL classes of most languages write it.
    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexadecimalValue,
                    let low = rest.next()?.hexadecimalValue
                else { return nil }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
            default: decoded.append(byte)
            }
        }
        return decoded
    }
}
