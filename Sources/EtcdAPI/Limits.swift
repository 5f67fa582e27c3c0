/// The bounds of this room.
package enum Limits {
    /// etcd's default of `--max-request-bytes`: 1.5 MiB.
    package static let requestBytesDefault = 3 << 19
    /// What a gRPC message may have above the longest request: 512 KiB, as etcd.
    package static let messageOverheadBytes = 1 << 19
    /// etcd's default of `--max-txn-ops`.
    package static let txnOperationsDefault = 128
    /// The longest answer, below what a connection may have waiting for a client that does not read.
    package static let responseBytesMax = 240 << 20
    /// Of a snapshot, so much may wait for the client before the next piece is read.
    static let snapshotBytesWaiting = 256 << 10
    /// Of a watch stream, so much may wait for the client before its watches keep what comes: above what the
    /// connection calls drained.
    static let watchBytesWaiting = 128 << 10
    /// The lease that Lock and Campaign take for who brings none, in seconds, as in etcd.
    static let contestLeaseSeconds: Int64 = 60
    /// Calls of those who may not make them, as far as this node knows, are asked for again when it has caught up. So
    /// much their messages may take together, each with so much beside it; more are refused at once.
    static let askedBytesMax = 64 << 20
    static let askedMessageBytes = 8 << 10
    /// Messages of a stream that come while its caller's rights are asked for.
    static let heldMessagesMax = 16
    /// What one client asks of its watches while its rights to an earlier one are asked for: so much it may take, each
    /// request with so much beside its message.
    static let heldWatchRequestsBytesMax = 4 << 20
    static let heldWatchRequestBytes = 512
    /// Hashes of the store that are computed at a time, and the pairs that one reads at once.
    static let hashesMax = 4
    static let hashedPairsPerPage: Int64 = 1_000
    /// Calls of Lock and Campaign that wait at a time.
    static let openContestsMax = 100_000
    /// Of an Observe, so much may wait for the client before the next change is looked at: above what the connection
    /// calls drained, too.
    static let observationBytesWaiting = 128 << 10
    /// Renewals of one stream that wait for their answer.
    static let renewalsPerStream = 10_000
    /// Renewals that wait, above which a stream whose client can be made to wait takes no more of them.
    static let renewalsBeforePause = 1_000
    /// Clients that watch the health at a time.
    static let healthWatchersMax = 1024
    /// Of what a client calls the version of its API; longer ones are counted together.
    static let clientVersionBytesMax = 64
    /// Streaming calls that are open at a time, of all clients together.
    static let openStreamsMax = 100_000
}
