internal import EventLoops
internal import Glibc

/// The client's thread: it runs the loop on which all connections live.
enum LoopThread {
    /// What the thread needs to begin.
    private final class Start: Sendable {
        let inbox: ClientInbox
        let endpoints: [Endpoint]
        let security: LinkSecurity
        let configuration: ClientConfiguration

        init(
            _ inbox: ClientInbox, _ endpoints: [Endpoint], _ security: LinkSecurity,
            _ configuration: ClientConfiguration
        ) {
            self.inbox = inbox
            self.endpoints = endpoints
            self.security = security
            self.configuration = configuration
        }
    }

    /// Starts a thread that serves `inbox` until that is closed.
    static func start(
        serving inbox: ClientInbox, endpoints: [Endpoint], security: LinkSecurity,
        configuration: ClientConfiguration
    ) {
        let start = Start(inbox, endpoints, security, configuration)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                LoopThread.run(Unmanaged<Start>.fromOpaque(argument).takeRetainedValue())
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        precondition(result == 0, "no thread for the client: \(result)")
        pthread_detach(thread)
    }

    private static func run(_ start: Start) {
        let loop = EventLoop()
        let core = ClientCore(
            loop: loop, inbox: start.inbox, endpoints: start.endpoints, security: start.security,
            configuration: start.configuration)
        // The hook must not keep the core and with it the loop for ever.
        loop.onTurnStart.append { [weak core] in core?.takeOrders() }
        start.inbox.open(loop.mailbox)
        withExtendedLifetime(core) { loop.run() }
    }
}
