package import Basics
package import Paxos

/// Why a peer frame or a hello was not taken. The connection that brought it is to be closed.
package enum FrameError: Error, Equatable, Sendable {
    /// The bytes are not those that were sent.
    case wrongChecksum
    /// Written by a newer version of the product than this one, in a format it does not know.
    case versionNewer(UInt8)
    /// From a replica of another cluster.
    case wrongCluster(ClusterID)
    /// The checksum is right but the contents are not.
    case malformed(ByteReaderError)
}
