package import Authentication
internal import Observability
package import Replication
internal import StateMachine
package import Transport

/// Faults by order over HTTP, for people with `curl` and for tests: paths below `/admin/`. Only on
/// servers that were started for it.
package final class FaultDoor {
    private enum Path: String {
        case kill = "/admin/role/kill"
        case revive = "/admin/role/revive"
        case list = "/admin/role/list"
        case pause = "/admin/disk/pause"

        var method: String { self == .list ? "GET" : "POST" }

        var parameters: [String] {
            switch self {
            case .kill: ["role"]
            case .revive: ["role", "amnesia"]
            case .list: []
            case .pause: ["milliseconds"]
            }
        }
    }

    private let replica: Replica
    private let keeper: Gatekeeper
    private let isEnabled: Bool

    package init(replica: Replica, keeper: Gatekeeper, isEnabled: Bool) {
        self.replica = replica
        self.keeper = keeper
        self.isEnabled = isEnabled
    }

    /// Whether a path belongs to this door.
    package static func owns(_ path: String) -> Bool { path.hasPrefix("/admin/") }

    /// Answers one request below `/admin/`.
    package func answer(_ exchange: HTTPExchange) {
        guard keeper.isOn else { return obey(exchange) }
        keeper.ask(Bearer(exchange)) { rights, _ throws(KVError) in
            try rights.requireRoot()
        } then: { [self] refusal in
            guard let refusal else { return obey(exchange) }
            let response = RESTResponse(RESTFailure(refusal))
            exchange.respond(
                status: response.status, headers: [("content-type", response.contentType)],
                body: response.body)
        }
    }

    private func obey(_ exchange: HTTPExchange) {
        let response = handle(
            RESTRequest(
                method: exchange.method, path: exchange.path, query: Array(exchange.query.utf8)))
        let headers = response.headers.map { ($0.name, $0.value) }
        exchange.respond(
            status: response.status, headers: [("content-type", response.contentType)] + headers,
            body: response.body)
    }

    /// Does what a request orders.
    func handle(_ request: RESTRequest) -> RESTResponse {
        do throws(RESTFailure) {
            try obey(request)
            return roles()
        } catch {
            return RESTResponse(error)
        }
    }

    private func obey(_ request: RESTRequest) throws(RESTFailure) {
        guard let path = Path(rawValue: request.path) else {
            throw RESTFailure(status: 404, reason: "no such path: \(request.path)")
        }
        guard request.method == path.method else { throw .methodNotAllowed(path.method) }
        let query = try QueryParameters(request.query, known: path.parameters)
        guard path != .list else { return }
        guard isEnabled else {
            throw RESTFailure(
                status: 403,
                reason: "faults by order are off: start the server with --enable-fault-injection")
        }
        if path == .pause { return try pause(query) }
        let role = String(decoding: query["role"] ?? [], as: UTF8.self)
        let isKnown: Bool
        if path == .kill {
            isKnown = replica.kill(roleNamed: role)
        } else {
            isKnown = replica.revive(roleNamed: role, hasAmnesia: try amnesia(query))
        }
        guard isKnown else {
            let names = Replica.roleNames.joined(separator: ", ")
            throw .badRequest("parameter 'role' must be one of \(names)")
        }
    }

    private func pause(_ query: QueryParameters) throws(RESTFailure) {
        let longest = Replication.Limits.flushPauseMilliseconds
        let text = String(decoding: query["milliseconds"] ?? [], as: UTF8.self)
        guard let milliseconds = UInt64(text), milliseconds <= longest else {
            throw .badRequest("parameter 'milliseconds' must be a number from 0 to \(longest)")
        }
        replica.pauseFlush(milliseconds: milliseconds)
    }

    private func amnesia(_ query: QueryParameters) throws(RESTFailure) -> Bool {
        switch query["amnesia"].map({ String(decoding: $0, as: UTF8.self) }) {
        case nil, "false": return false
        case "true", "": return true
        default: throw .badRequest("parameter 'amnesia' must be true or false")
        }
    }

    /// What lives on this node, and how often each role has died.
    private func roles() -> RESTResponse {
        let dead = replica.status.deadRoles
        var object = JSONObject()
        for name in Replica.roleNames {
            object.add(name, text: dead.contains(name) ? "dead" : "alive")
        }
        object.add("amnesia", replica.hasAmnesia)
        for name in Replica.roleNames {
            let deaths = replica.metrics.role(name).deaths.value
            object.add("\(name)_deaths", number: Int64(clamping: deaths))
        }
        return .json(object)
    }
}
