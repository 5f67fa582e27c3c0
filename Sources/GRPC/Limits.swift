/// The limits of this room, each with its name.
package enum Limits {
    /// Digits that the specification allows in a grpc-timeout value.
    package static let timeoutDigitsMax = 8
    /// Memory that a framer keeps between messages, in bytes; what is above it is given back.
    package static let framerMemoryKeptBytesMax = 64 << 10
}
