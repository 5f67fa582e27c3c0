/// Tells whether a request speaks gRPC.
package enum GRPCContentType {
    /// What we send.
    package static let value = "application/grpc"

    /// True for `application/grpc`, alone or followed by `+codec` or `;parameter`. False for
    /// `application/grpc-web`, which has another framing.
    package static func matches(_ contentType: UnsafeRawBufferPointer) -> Bool {
        let length = value.utf8.count
        guard contentType.count >= length else { return false }
        var index = 0
        for byte in value.utf8 {
            guard contentType[index] | 0x20 == byte | 0x20 else { return false }
            index += 1
        }
        guard contentType.count > length else { return true }
        let next = contentType[length]
        return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
    }
}
