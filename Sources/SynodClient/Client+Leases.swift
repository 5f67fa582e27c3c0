internal import EtcdMessages
internal import Protobuf

/// Leases: keys that are put with one go with it, when nobody renews it in time.
extension Client {
    /// Makes a lease.
    ///
    /// - Parameter id: 0: the servers choose one.
    public func grantLease(seconds: Int64, id: Int64 = 0) async throws(ClientError) -> LeaseResult {
        let request = LeaseGrantRequest.with {
            $0.ttl = seconds
            $0.id = id
        }
        let response: LeaseGrantResponse = try await call(
            LeaseMethods.leaseGrant, request, .sessionWrite)
        return LeaseResult(
            info: ResponseInfo(response.header), id: response.id, seconds: response.ttl)
    }

    /// Ends a lease, and all keys that were put with it.
    @discardableResult
    public func revokeLease(_ id: Int64) async throws(ClientError) -> ResponseInfo {
        let response: LeaseRevokeResponse = try await call(
            LeaseMethods.leaseRevoke, LeaseRevokeRequest.with { $0.id = id }, .sessionWrite)
        return ResponseInfo(response.header)
    }

    /// Renews a lease, once. Returns for how many seconds it lasts from when this was called; nil if there is no such
    /// lease (any more).
    public func renewLease(
        _ id: Int64, timeoutMilliseconds: UInt64? = nil
    ) async throws(ClientError) -> Int64? {
        let response: LeaseKeepAliveResponse = try await call(
            LeaseMethods.leaseKeepAlive, LeaseKeepAliveRequest.with { $0.id = id }, .read,
            timeoutMilliseconds: timeoutMilliseconds)
        return response.ttl > 0 ? response.ttl : nil
    }

    /// How long a lease lasts.
    public func lease(_ id: Int64, includesKeys: Bool = false) async throws(ClientError)
        -> LeaseState
    {
        let request = LeaseTimeToLiveRequest.with {
            $0.id = id
            $0.keys = includesKeys
        }
        let response: LeaseTimeToLiveResponse = try await call(
            LeaseMethods.leaseTimeToLive, request, .read)
        return LeaseState(
            info: ResponseInfo(response.header), id: response.id,
            secondsLeft: response.ttl < 0 ? nil : response.ttl,
            grantedSeconds: response.grantedTtl, keys: response.keys)
    }

    /// The ids of all leases.
    public func leases() async throws(ClientError) -> [Int64] {
        let response: LeaseLeasesResponse = try await call(
            LeaseMethods.leaseLeases, LeaseLeasesRequest(), .read)
        return response.leases.map(\.id)
    }
}
