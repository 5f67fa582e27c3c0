/// The order of keys: by bytes, a prefix before what it begins.
package enum KeyOrder {
    /// Negative if `left` comes before `right`, 0 if they are equal, else positive.
    @inline(__always)
    package static func compare(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Int {
        let common = min(left.count, right.count)
        var offset = 0
        while offset &+ 8 <= common {
            let one = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let other = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if one != other { return one.bigEndian < other.bigEndian ? -1 : 1 }
            offset &+= 8
        }
        while offset < common {
            let one = left[offset]
            let other = right[offset]
            if one != other { return one < other ? -1 : 1 }
            offset &+= 1
        }
        return left.count &- right.count
    }

    /// Negative if `left` comes before `right`, 0 if they are equal, else positive.
    @inline(__always)
    package static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        left.withUnsafeBytes { one in right.withUnsafeBytes { compare(one, $0) } }
    }
}
