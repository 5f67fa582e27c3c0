/// Tells whether a request speaks gRPC.
package enum GRPCContentType {
    /// What we send.
    package static let value = "application/grpc"

    /// True for `application/grpc`, alone or followed by `+codec` or `;parameter`. False for
    /// `application/grpc-web`, which has another framing.
    package static func matches(_ contentType: UnsafeRawBufferPointer) -> Bool {
        let length = expected.utf8CodeUnitCount
        guard contentType.count >= length else { return false }
        for index in 0..<length {
            guard contentType[index] | 0x20 == expected.utf8Start[index] | 0x20 else {
                return false
            }
        }
        guard contentType.count > length else { return true }
        let next = contentType[length]
        return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
    }

    /// `value`, as bytes that need no String on the way of every request.
    private static let expected: StaticString = "application/grpc"
}
