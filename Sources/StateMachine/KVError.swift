internal import MVCC

/// Why a request was refused. All are definite: nothing was changed. The doors own the words. The
/// order is part of the digest of the state: new ones come last.
package enum KVError: UInt8, Error, Equatable, Sendable {
    /// The revision asked for is below the compacted one, or compaction did not move on.
    case compacted
    /// The revision asked for is above the current one.
    case futureRevision
    /// An `ignore_…` option on a key that does not exist, or an operation that names no request.
    case keyNotFound
    /// The key is empty.
    case keyNotProvided
    /// `ignore_value` together with a value.
    case valueProvided
    /// `ignore_lease` together with a lease.
    case leaseProvided
    /// The lease does not exist.
    case leaseNotFound
    /// Two puts of a key, or a put inside a deleted range, in one transaction.
    case duplicateKey
    /// More conditions or operations than a transaction may have.
    case tooManyOperations
    /// A sort order or target without a meaning.
    case invalidSortOption
    /// A read-modify-write without its operation.
    case operationNotProvided
    /// `add` on a value that is not a decimal number of 64 bits.
    case notANumber
    /// `add` beyond 64 bits.
    case numberOverflow
    /// An append beyond `Limits.appendedValueBytesMax`.
    case valueTooLarge
    /// A client session that is not registered (any more): this try did not run, an earlier one may
    /// have.
    case sessionExpired
    /// The request's bytes cannot be read.
    case malformedCommand
    /// A sequence so old that its session does not know if it has run: this try did not run, an
    /// earlier one may have.
    case sequenceForgotten
    /// A sequence that was given to another request before: this one did not run.
    case sequenceReused
    /// The store is full: it takes no more than deletes until space is freed.
    case noSpace
    /// The cluster is marked as corrupt: it neither reads nor writes keys until somebody disarms that alarm.
    case corrupt
    /// More alarms than are kept.
    case tooManyAlarms
    /// A lease of this id exists.
    case leaseExists
    /// A TTL above `Limits.leaseSecondsMax`.
    case leaseTooLong
    /// More leases than are kept.
    case tooManyLeases
    /// Users count, and the request comes from none; or a user without a name is to be made.
    case userEmpty
    /// A role without a name.
    case roleEmpty
    case userExists
    case userNotFound
    case roleExists
    case roleNotFound
    /// The user does not have the role.
    case roleNotGranted
    /// A grant that does not say of what.
    case permissionNotGiven
    /// The role does not have the permission.
    case permissionNotGranted
    /// Something that would lock everybody out, or a permission that means nothing.
    case invalidAuthManagement
    /// Users cannot count as long as there is no `root`.
    case rootUserMissing
    /// Users cannot count as long as the user `root` does not have the role `root`.
    case rootRoleMissing
    /// Nobody has to say who it is.
    case authNotEnabled
    /// There is no such user, or its password is another one.
    case authenticationFailed
    /// Rights have changed since the request's were looked up.
    case oldAuthRevision
    /// The user may not do it.
    case permissionDenied
    /// More users and roles than are kept.
    case tooManyUsers
    /// A range of more bytes than an answer may have. Of reads only.
    case responseTooLarge

    /// Whether it is about who asks: another one, or the same one later, may be told otherwise. It says nothing of
    /// earlier tries of the same sequence.
    package var isOfRights: Bool {
        switch self {
        case .userEmpty, .oldAuthRevision, .permissionDenied: true
        default: false
        }
    }

    /// Whether it is about the session and says nothing of earlier tries of the same sequence.
    package var isOfSession: Bool {
        switch self {
        case .sessionExpired, .sequenceForgotten, .sequenceReused: true
        default: false
        }
    }

    init(_ error: KeyspaceError) {
        switch error {
        case .compacted: self = .compacted
        case .future: self = .futureRevision
        }
    }
}

extension Keyspace {
    /// The revision that a request reads at, with the errors of requests.
    func revisionToRead(_ requested: Int64) throws(KVError) -> Int64 {
        do throws(KeyspaceError) {
            return try readRevision(requested)
        } catch {
            throw KVError(error)
        }
    }
}
