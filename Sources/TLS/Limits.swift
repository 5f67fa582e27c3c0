/// The limits of this room, each with its name.
package enum Limits {
    /// The largest file of certificates, keys or revocations that is read, in bytes.
    package static let fileBytesMax = 8 << 20
    /// The longest chain of certificates that the other side may show, in bytes.
    package static let chainBytesMax = 48 << 10
    /// The plaintext of one record, which is read at once, in bytes.
    package static let recordBytesMax = 16 << 10
    /// Memory that a session keeps for bytes that wait to be sent, in bytes.
    package static let pendingBytesKept = 0
    /// Names of one certificate that are looked up to find out whether its owner is where it calls from.
    package static let namesMax = 16
}
