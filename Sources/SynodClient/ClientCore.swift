internal import Basics
internal import EventLoops

/// The part of a client that lives on the loop thread: the connections and the calls under way.
final class ClientCore {
    let loop: EventLoop
    let configuration: ClientConfiguration
    private let inbox: ClientInbox
    private let security: LinkSecurity
    private let links: [NodeLink]
    /// Links to nodes that were named in a call and are not among `links`.
    private var furtherLinks: [Endpoint: NodeLink] = [:]
    /// The node that is asked first: the one that answered last.
    private var preferred: Int
    private var calls: [UInt64: CallSession] = [:]
    private(set) lazy var sessions = SessionKeeper(
        core: self, isEnabled: configuration.usesSessions)
    private(set) lazy var tokens = TokenKeeper(core: self, login: configuration.user)
    /// No further call is begun.
    private(set) var isClosing = false
    private var random: SeededRandom

    init(
        loop: EventLoop, inbox: ClientInbox, endpoints: [Endpoint], security: LinkSecurity,
        configuration: ClientConfiguration
    ) {
        self.loop = loop
        self.inbox = inbox
        self.configuration = configuration
        self.security = security
        links = endpoints.map {
            NodeLink(endpoint: $0, loop: loop, security: security, configuration: configuration)
        }
        random = SeededRandom(seed: UInt64.random(in: .min ... .max))
        preferred = configuration.startsAtRandomEndpoint ? Int.random(in: links.indices) : 0
    }

    /// How many nodes may be asked.
    var endpointCount: Int { links.count }

    /// Does what callers have ordered; called in every turn of the loop.
    func takeOrders() {
        for order in inbox.take() {
            switch order {
            case .call(let number, let order, let completion):
                begin(number, order) { [inbox] result in
                    inbox.callEnded()
                    completion.resume(returning: result)
                }
            case .cancel(let number): calls[number]?.abort(.cancelledByCaller)
            case .close: close()
            }
        }
    }

    /// Begins a call of our own, which no caller has ordered.
    func begin(_ order: CallOrder, completion: @escaping CallSession.Completion) {
        begin(inbox.number(), order, completion: completion)
    }

    private func begin(
        _ number: UInt64, _ order: CallOrder, completion: @escaping CallSession.Completion
    ) {
        let call = CallSession(number, order, completion, core: self)
        calls[number] = call
        call.begin()
    }

    /// The node to ask: the named one, or the one that is thought best.
    func link(for endpoint: Endpoint?) -> NodeLink {
        guard let endpoint else { return links[preferred] }
        if let link = links.first(where: { $0.endpoint == endpoint }) { return link }
        if let link = furtherLinks[endpoint] { return link }
        let link = NodeLink(
            endpoint: endpoint, loop: loop, security: security, configuration: configuration)
        furtherLinks[endpoint] = link
        return link
    }

    /// Moves on to the next node, unless another call has done so already.
    func avoid(_ link: NodeLink) {
        if links[preferred] === link { preferred = (preferred + 1) % links.count }
    }

    /// How long to wait after all nodes have refused `round` times, in milliseconds.
    func pause(afterRound round: Int) -> UInt64 {
        RetryPolicy.pause(round: round, configuration: configuration, random: &random)
    }

    /// A call is over.
    func ended(_ call: CallSession) { calls[call.number] = nil }

    private func close() {
        isClosing = true
        // In the order of their beginning.
        for number in calls.keys.sorted() { calls[number]?.abort(.closed) }
        for link in links { link.close() }
        for link in furtherLinks.values { link.close() }
        loop.stop()
    }
}

extension ClientError {
    static let cancelledByCaller = ClientError(
        code: .cancelled, message: "the task was cancelled", isDefinite: false)
}
