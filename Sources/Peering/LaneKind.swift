/// The two connections of a pair of replicas (P16): so that a large value or a peer that catches up
/// never delays a heartbeat.
enum LaneKind: CaseIterable {
    /// Heartbeats, probes, Prepare, Accepted, read rounds and everything else that is small.
    case express
    /// Large Accepts, promised values, catch-up.
    case bulk

    /// The path of the stream on the peer port.
    var path: String {
        switch self {
        case .express: "/synodpb.Peers/Express"
        case .bulk: "/synodpb.Peers/Bulk"
        }
    }

    /// Unsent bytes at which further frames are dropped.
    var bufferBytes: Int {
        switch self {
        case .express: Limits.expressBufferBytes
        case .bulk: Limits.bulkBufferBytes
        }
    }
}
