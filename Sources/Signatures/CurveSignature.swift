internal import COpenSSL

/// The two numbers of an ECDSA signature: one after the other where JSON web tokens carry them (RFC 7518, 3.4), in DER
/// where OpenSSL does.
enum CurveSignature {
    /// From DER.
    static func plain(_ packed: [UInt8], numberBytes: Int) -> [UInt8]? {
        var next: UnsafePointer<UInt8>?
        let read = packed.withUnsafeBufferPointer { buffer in
            next = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &next, buffer.count)
        }
        guard let signature = read else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let count = Int32(numberBytes)
        var (first, second) = (
            [UInt8](repeating: 0, count: numberBytes), [UInt8](repeating: 0, count: numberBytes)
        )
        guard BN_bn2binpad(ECDSA_SIG_get0_r(signature), &first, count) == count,
            BN_bn2binpad(ECDSA_SIG_get0_s(signature), &second, count) == count
        else { return nil }
        return first + second
    }

    /// To DER.
    static func packed(_ plain: [UInt8], numberBytes: Int) -> [UInt8]? {
        guard plain.count == 2 * numberBytes, let signature = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let first = number(plain[..<numberBytes])
        let second = number(plain[numberBytes...])
        // The signature takes both over.
        guard ECDSA_SIG_set0(signature, first, second) == 1 else { return nil }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(signature, &bytes)
        guard count > 0, let bytes else { return nil }
        defer { copenssl_free_text(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer {
            BN_bin2bn($0.baseAddress, Int32($0.count), nil)
        }
    }
}
