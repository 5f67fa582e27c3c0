/// The bounds of this room.
enum Limits {
    /// The largest file that is taken for a key.
    static let keyFileBytesMax = 1 << 20
    /// The longest signature: of an RSA key of 16384 bits, the largest that OpenSSL verifies with.
    static let signatureBytesMax = 2048
}
