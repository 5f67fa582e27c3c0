internal import EtcdMessages
internal import Protobuf

/// Locks and elections. Who waits too long is told so, and has no key then; who has a lease may ask again, and keeps its
/// place if only the node failed.
extension Client {
    /// Waits until the lock called `name` belongs to `lease`.
    public func lock(
        _ name: [UInt8], lease: Int64, timeoutMilliseconds: UInt64
    ) async throws(ClientError) -> HeldKey {
        let request = LockRequest.with {
            $0.name = name
            $0.lease = lease
        }
        let response: LockResponse = try await call(
            LockMethods.lock, request, .write, timeoutMilliseconds: timeoutMilliseconds)
        guard let pair = try await get(response.key) else {
            throw ClientError(code: .unknown, message: "the lease has ended", isDefinite: true)
        }
        return HeldKey(
            name: name, key: response.key, createRevision: pair.createRevision, lease: lease)
    }

    /// Gives a lock back.
    @discardableResult
    public func unlock(_ key: HeldKey) async throws(ClientError) -> Bool {
        try await txn(compare: [key.isHeld], success: [.delete(.key(key.key))]).succeeded
    }

    /// Waits until `lease` leads the election called `name`, and says `value` then.
    public func campaign(
        _ name: [UInt8], value: [UInt8], lease: Int64, timeoutMilliseconds: UInt64
    ) async throws(ClientError) -> HeldKey {
        let request = CampaignRequest.with {
            $0.name = name
            $0.value = value
            $0.lease = lease
        }
        let response: CampaignResponse = try await call(
            ElectionMethods.campaign, request, .write, timeoutMilliseconds: timeoutMilliseconds)
        let leader = response.leader
        return HeldKey(
            name: leader.name, key: leader.key, createRevision: leader.rev, lease: leader.lease)
    }

    /// Changes what a leader says. Fails if it does not lead any more.
    public func proclaim(_ value: [UInt8], as leader: HeldKey) async throws(ClientError) {
        let request = ProclaimRequest.with {
            $0.leader = .with {
                $0.name = leader.name
                $0.key = leader.key
                $0.rev = leader.createRevision
                $0.lease = leader.lease
            }
            $0.value = value
        }
        let _: ProclaimResponse = try await call(ElectionMethods.proclaim, request, .write)
    }

    /// Who leads an election, and what it says; nil if nobody does.
    public func leader(of name: [UInt8]) async throws(ClientError) -> KeyValue? {
        var options = GetOptions()
        options.sortTarget = .createRevision
        options.sortOrder = .ascending
        options.limit = 1
        return try await get(.prefix(name + [UInt8(ascii: "/")]), options).pairs.first
    }
}
