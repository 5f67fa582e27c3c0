package import Authentication
internal import MVCC
package import Replication
internal import StateMachine

/// The small HTTP API for people with `curl`: paths below `/kv/`. Writes and default reads are
/// linearizable; every answer carries a read token, and a sequential read that sends one back never
/// sees an older state, on any node.
package final class RESTDoor {
    let replica: Replica
    let keeper: Gatekeeper
    /// The longest request body, and the longest command made of a request, in bytes.
    let requestBytesMax: Int

    let reader: RangeReader
    /// Watches that are open.
    var feeds: [WatchFeed] = []

    /// - Parameter later: runs a closure on the loop after what waits there already; long lists are
    ///   read in pieces by it.
    package init(
        replica: Replica, keeper: Gatekeeper, requestBytesMax: Int,
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        precondition(requestBytesMax > 0, "a request needs room")
        self.replica = replica
        self.keeper = keeper
        self.requestBytesMax = requestBytesMax
        reader = RangeReader(replica: replica, later: later)
    }

    /// What this node has applied.
    var revision: Int64 { replica.machine.keyspace.revision }

    typealias Respond = (RESTResponse) -> Void

    /// Answers one request; `respond` is called exactly once, now or later.
    func handle(_ request: RESTRequest, respond: @escaping Respond) {
        admit(request, respond) { [self] in execute(request, respond) }
    }

    private func execute(_ request: RESTRequest, _ respond: @escaping Respond) {
        do throws(RESTFailure) {
            try dispatch(request) { [self] response in respond(stamped(response)) }
        } catch {
            respond(stamped(RESTResponse(error)))
        }
    }

    private func dispatch(
        _ request: RESTRequest, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        guard let route = Route(rawValue: request.path) else {
            throw RESTFailure(status: 404, reason: "no such path: \(request.path)")
        }
        guard request.method == route.method else { throw .methodNotAllowed(route.method) }
        guard request.body.count <= requestBytesMax else {
            throw .tooLarge(limitBytes: requestBytesMax)
        }
        let query = try QueryParameters(request.query, known: route.parameters)
        switch route {
        case .keys: try listKeys(request, query, respond)
        case .get: try get(request, query, respond)
        case .set: try set(request, query, respond)
        case .insert: try insert(request, query, respond)
        case .update: try update(request, query, respond)
        case .setMulti: try setMulti(request, respond)
        case .readModifyWrite: try readModifyWrite(request, respond)
        case .append: try append(request, query, respond)
        case .delete: try delete(request, query, respond)
        case .session: try registerSession(request, respond)
        }
    }

    /// Adds the read token: what this node has applied by now, the request's own write included.
    private func stamped(_ response: RESTResponse) -> RESTResponse {
        var stamped = response
        let token = ReadToken(clusterID: replica.node.clusterID, revision: revision)
        stamped.add(ReadToken.headerName, token.text)
        return stamped
    }
}
