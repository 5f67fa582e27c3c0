internal import Basics
internal import EtcdMessages
internal import MVCC
internal import Protobuf

/// Whether the user on whose behalf a command runs may do what it says, asked where nothing can change any more: at
/// apply. What is not named here is permitted to nobody but root.
extension ReplicatedState {
    /// Refuses what the command's user may not do. Only asked while users count.
    func checkRights(of command: CommandView) throws(KVError) {
        if injectedBug == .rightsNotCheckedAtApply { return }
        do throws(KVError) {
            try requireRights(for: command)
        } catch {
            if error == .permissionDenied { marks.hit(.permissionDenied) }
            if error == .oldAuthRevision { marks.hit(.oldRightsRefused) }
            throw error
        }
    }

    private func requireRights(for command: CommandView) throws(KVError) {
        switch command.kind {
        case .setQuota, .reportDigest, .expireLeases, .compactionByItself:
            // Nodes propose these, for no user; no door takes them from a client.
            return
        case .put:
            let outline: PutRights = try decode(command.request)
            try check(outline, try rights(of: command.credentials))
        case .deleteRange:
            let request: DeleteRangeRequest = try decode(command.request)
            try rights(of: command.credentials).require(request)
        case .txn:
            let request: TxnRequest = try decode(command.request)
            try rights(of: command.credentials).require(request, leases)
        case .readModifyWrite:
            let request: ReadModifyWriteRequest = try decode(command.request)
            let rights = try rights(of: command.credentials)
            try rights.requireWrite(.single(request.key))
            try rights.requireRead(.single(request.key))
        case .leaseRevoke:
            let request: LeaseRevokeRequest = try decode(command.request)
            try rights(of: command.credentials).requireWrite(keysOf: leases.row(of: request.id))
        case .leaseGrant, .registerSession: _ = try rights(of: command.credentials)
        case .compaction, .alarm: try rights(of: command.credentials).requireRoot()
        case .auth:
            let request: AuthCommand = try decode(command.request)
            // Whoever has given a password has no user yet.
            if case .issueToken? = request.request { return }
            try rights(of: command.credentials).requireRoot()
        }
    }

    /// What the user may do by whom the command came, unless that has changed since.
    private func rights(of credentials: CredentialsView?) throws(KVError) -> UserRights {
        guard let credentials else { throw .userEmpty }
        guard credentials.authRevision == auth.revision || injectedBug == .oldRightsAccepted
        else { throw .oldAuthRevision }
        guard let rights = auth.rights(of: credentials.user) else { throw .permissionDenied }
        return rights
    }

    private func check(_ put: PutRights, _ rights: UserRights) throws(KVError) {
        if rights.isRoot { return }
        try rights.requireWrite(.single(put.key))
        if put.wantsPrevious { try rights.requireRead(.single(put.key)) }
        if put.lease != 0 { try rights.requireWrite(keysOf: leases.row(of: put.lease)) }
    }

    /// Changes who may do what.
    func changeAuth(_ command: AuthCommand) throws(KVError) -> AuthResult {
        let before = auth.revision
        try auth.execute(command, slot: appliedSlot)
        if auth.revision != before { marks.hit(.authChanged) }
        return AuthResult(revision: keyspace.revision, slot: appliedSlot)
    }

    func decode<Message: WireDecodable>(
        _ bytes: UnsafeRawBufferPointer
    ) throws(KVError) -> Message {
        do throws(WireError) {
            return try Message(serialized: bytes)
        } catch {
            throw .malformedCommand
        }
    }
}

/// What a put needs rights for, without its value.
private struct PutRights: WireDecodable {
    private(set) var key: [UInt8] = []
    private(set) var lease: Int64 = 0
    private(set) var wantsPrevious = false

    init() {}

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: key = Array(try reader.readSlice())
            case 24: lease = try reader.readInt64()
            case 32: wantsPrevious = try reader.readBool()
            default: try reader.skip(tag)
            }
        }
    }
}
