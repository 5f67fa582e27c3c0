/// The limits of this room, each with its name.
package enum Limits {
    /// The read buffer that all connections of a loop share, in bytes.
    package static let readBufferBytes = 256 << 10
    /// What one fill of the write buffer asks for, in bytes.
    package static let writeChunkBytes = 256 << 10
    /// What one connection may write in one turn before the others get theirs, in bytes.
    package static let writeBytesPerTurnMax = 2 << 20
    /// Memory that a connection keeps for unsent bytes once they are sent, in bytes.
    package static let unsentMemoryKeptBytesMax = 4 << 10
    /// Connections that the kernel holds for us until we accept them.
    package static let listenBacklog: Int32 = 1_024
    /// How long a listener rests that has no descriptor left, not even to turn anybody away, in ms.
    package static let listenRestMilliseconds: UInt64 = 100
    /// Addresses of one name that are tried, one after the other.
    package static let addressesMax = 8
    /// How long a connection that said its last word waits for the other side to close, in ms.
    package static let lingerMilliseconds: UInt64 = 1_000
    /// Silence after which the kernel probes whether the other machine still exists, in seconds.
    package static let keepAliveSeconds: UInt32 = 60
}
