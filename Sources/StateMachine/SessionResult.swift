internal import MVCC

/// What a session remembers of a command: enough to answer the same command again.
struct SessionResult {
    /// The command's number in its session; 0 in an empty place.
    var sequence: UInt64
    var kind: CommandKind
    /// Of the request's bytes: a sequence that comes again with another request is a mistake of the
    /// client.
    var requestChecksum: UInt32
    /// Why the command was refused; nil if it was executed.
    var error: KVError?
    /// The revision in the response's header.
    var revision: Int64
    /// Keys that were deleted; the id of a lease; 1 for a transaction that succeeded or a change that was applied.
    var number: Int64
    /// The whole response, where it says more than the fields above and is not too long.
    var detail: [UInt8]

    /// An empty place.
    static var none: SessionResult {
        SessionResult(
            sequence: 0, kind: .put, requestChecksum: 0, error: nil, revision: 0, number: 0,
            detail: [])
    }

    /// Of all that it says.
    var digest: UInt64 {
        var digest = StateDigest()
        digest.add(sequence)
        digest.add(UInt64(kind.rawValue) << 32 | UInt64(requestChecksum))
        digest.add(error.map { UInt64($0.rawValue) + 1 } ?? 0)
        digest.add(revision)
        digest.add(number)
        digest.add(detail)
        return digest.value
    }
}
