/// The bounds of this room.
package enum Limits {
    /// bcrypt looks at no more bytes of a password: a longer one is refused, and not cut.
    package static let passwordBytesMax = 72
    /// What a hash costs, as a power of two, as in etcd.
    package static let costDefault = 10
    package static let costMin = 4
    package static let costMax = 31
    /// The random bytes of a salt.
    static let saltBytes = 16
}
