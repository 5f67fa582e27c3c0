internal import EtcdMessages
internal import Protobuf

/// A client of a Synod cluster, or of an etcd cluster as far as the API goes.
///
/// It takes any of the nodes, keeps to one that answers, and moves on when that fails. Reads are
/// repeated until the time is up. So are writes, and they are executed once: the client registers a
/// *session* at its first write and gives each write a number, and a retry, through whatever node,
/// gets the first answer.
///
/// What is still uncertain when the time is up is thrown as an error with `isDefinite == false`: the
/// write may have been executed, or may be yet.
///
///     let client = try Client(endpoints: ["127.0.0.1:2379", "127.0.0.1:22379"])
///     defer { client.close() }
///     do {
///         try await client.append("journal", "one more line\n")
///     } catch where error.isDefinite {
///         print("nothing was written: \(error.message)")
///     } catch {
///         print("it may have been written: \(error.message)")
///     }
///
/// A session that no write has used for an hour ends, and the client registers another one. Servers of
/// etcd have no sessions: there a write is repeated only when it certainly did not run.
///
/// A client owns one thread, which ends with `close()` or with the last reference. All calls may be
/// made from anywhere, at the same time.
public final class Client: Sendable {
    /// The nodes, in the order in which they are tried.
    public let endpoints: [Endpoint]
    private let inbox = ClientInbox()

    /// A client of the nodes `endpoints`, each `host:port`, `http://host:port` or
    /// `https://host:port`. Nothing is
    /// connected before the first call. Throws `invalidArgument` for a text that is no endpoint.
    public convenience init(
        endpoints texts: [String], configuration: ClientConfiguration = ClientConfiguration()
    ) throws(ClientError) {
        var endpoints: [Endpoint] = []
        for text in texts {
            guard let endpoint = Endpoint(text) else {
                throw ClientError(
                    code: .invalidArgument, message: "not an endpoint: \"\(text)\"; say host:port",
                    isDefinite: true)
            }
            endpoints.append(endpoint)
        }
        try self.init(endpoints: endpoints, configuration: configuration)
    }

    /// A client of the nodes `endpoints`. Throws `invalidArgument` if there are none, or if a file of its
    /// certificates cannot be used.
    public init(
        endpoints: [Endpoint], configuration: ClientConfiguration = ClientConfiguration()
    ) throws(ClientError) {
        guard !endpoints.isEmpty else {
            throw ClientError(code: .invalidArgument, message: "no endpoints", isDefinite: true)
        }
        self.endpoints = endpoints
        let security = try LinkSecurity(configuration.security, for: endpoints)
        LoopThread.start(
            serving: inbox, endpoints: endpoints, security: security, configuration: configuration)
    }

    deinit { close() }

    /// Fails the calls under way, closes the connections and ends the thread. Further calls fail.
    public func close() { inbox.close() }

    /// Sends one request to the method at `path` and returns the answer's bytes. `isRead` allows the
    /// request to be repeated; else it is repeated only when it certainly did not run. `endpoint` holds
    /// it to one node; `needsLeader` makes a node that knows no leader refuse at once, so that another
    /// one is asked.
    public func call(
        path: String, request: [UInt8], isRead: Bool = false, endpoint: Endpoint? = nil,
        needsLeader: Bool = true
    ) async throws(ClientError) -> [UInt8] {
        try await send(
            CallOrder(
                path: path, request: request, kind: isRead ? .read : .write, endpoint: endpoint,
                needsLeader: needsLeader))
    }

    private func send(_ order: CallOrder) async throws(ClientError) -> [UInt8] {
        guard !Task.isCancelled else { throw .cancelledBeforeTheCall }
        let inbox = inbox
        let number = inbox.number()
        return try await withTaskCancellationHandler {
            await withCheckedContinuation {
                inbox.put(number, order, $0)
                // Who was cancelled just before has said so too early.
                if Task.isCancelled { inbox.cancel(number) }
            }
        } onCancel: {
            inbox.cancel(number)
        }.get()
    }

    func call<Response: WireDecodable>(
        _ path: String, _ request: some WireEncodable, _ kind: RetryPolicy.Kind,
        endpoint: Endpoint? = nil, needsLeader: Bool = true, timeoutMilliseconds: UInt64? = nil
    ) async throws(ClientError) -> Response {
        let bytes = try await send(
            CallOrder(
                path: path, request: request.serializedBytes(), kind: kind, endpoint: endpoint,
                needsLeader: needsLeader, timeoutMilliseconds: timeoutMilliseconds))
        do {
            return try Response(serializedBytes: bytes)
        } catch {
            // The node executed the call; only its answer cannot be read.
            throw ClientError(
                code: .internal, message: "an answer that is no \(Response.self)",
                endpoint: endpoint, isDefinite: false)
        }
    }
}
