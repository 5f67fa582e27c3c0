import Basics
import CLibuv
import Testing

@testable import EventLoops
@testable import Transport

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Event loop")
struct LoopTests {
    @Test("timers run once, again, or not at all when cancelled")
    func timers() {
        let loop = EventLoop()
        var once = 0
        var often = 0
        var never = 0
        loop.schedule(afterMilliseconds: 1) { once += 1 }
        let repeating = loop.schedule(afterMilliseconds: 1, repeating: 1) { often += 1 }
        let cancelled = loop.schedule(afterMilliseconds: 1) { never += 1 }
        cancelled.cancel()
        loop.schedule(afterMilliseconds: 30) {
            repeating.cancel()
            loop.stop()
        }
        loop.run()
        #expect(once == 1)
        #expect(often > 1)
        #expect(never == 0)
        #expect(!repeating.isActive)
        #expect(loop.now > 0)
    }

    @Test("jobs posted from another thread run on the loop, in order")
    func posting() {
        let loop = EventLoop()
        let mailbox = loop.mailbox
        nonisolated(unsafe) var order: [Int] = []
        nonisolated(unsafe) let stop = { loop.stop() }
        var thread = pthread_t()
        final class Box {
            let mailbox: LoopMailbox
            let body: (LoopMailbox) -> Void
            init(_ mailbox: LoopMailbox, _ body: @escaping (LoopMailbox) -> Void) {
                self.mailbox = mailbox
                self.body = body
            }
        }
        let box = Box(mailbox) { mailbox in
            for index in 0..<1_000 { mailbox.post { order.append(index) } }
            mailbox.post { stop() }
        }
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
                box.body(box.mailbox)
                return nil
            }, Unmanaged.passRetained(box).toOpaque())
        loop.run()
        pthread_join(thread, nil)
        #expect(order == Array(0..<1_000))
    }

    @Test(
        "a job that is posted while the loop is at work runs before it sleeps again",
        .timeLimit(.minutes(5)))
    func postingAtWork() {
        let loop = EventLoop()
        nonisolated(unsafe) var order: [String] = []
        nonisolated(unsafe) let stop = { loop.stop() }
        let mailbox = loop.mailbox
        loop.onTurnEnd.append {
            guard order == ["event"] else { return }
            mailbox.post {
                order.append("job")
                mailbox.post { stop() }
            }
        }
        loop.schedule(afterMilliseconds: 1) { order.append("event") }
        // Nothing else would ever wake the loop.
        loop.run()
        #expect(order == ["event", "job"])
    }

    @Test("turn hooks run once per turn, in order, the end before the wait")
    func hooks() {
        let loop = EventLoop()
        var events: [String] = []
        loop.onTurnEnd = [{ events.append("a") }, { events.append("b") }]
        loop.onTurnStart = [{ events.append("s") }]
        loop.runOnce()
        loop.runOnce()
        #expect(events == ["a", "b", "s", "a", "b", "s"])
    }

    @Test("work that asks for another turn has it before the loop waits, wherever it asks")
    func wakingFromEverywhere() {
        let loop = EventLoop()
        var starts = 0
        var late = false
        // As work in pieces: each piece asks for the turn of the next.
        loop.onTurnStart.append {
            starts += 1
            if starts < 5 { loop.wake() } else { loop.stop() }
        }
        loop.schedule(afterMilliseconds: 0) { loop.wake() }
        let watchdog = loop.schedule(afterMilliseconds: 10_000) {
            late = true
            loop.stop()
        }
        loop.run()
        #expect(starts == 5)
        #expect(!late)
        watchdog.cancel()
    }

    @Test("a loop that was woken waits again")
    func wakingOnce() {
        let loop = EventLoop()
        var turns = 0
        loop.onTurnStart.append { turns += 1 }
        loop.schedule(afterMilliseconds: 0) { loop.wake() }
        loop.schedule(afterMilliseconds: 200) { loop.stop() }
        loop.run()
        #expect(turns < 10)
    }

    @Test("a signal calls its handler")
    func signals() {
        let loop = EventLoop()
        var count = 0
        loop.onSignal(SIGUSR2) {
            count += 1
            loop.stop()
        }
        loop.schedule(afterMilliseconds: 1) { kill(getpid(), SIGUSR2) }
        loop.schedule(afterMilliseconds: 5_000) { loop.stop() }
        loop.run()
        #expect(count == 1)
    }

    @Test("a connection that nobody accepts fails within its time, and so does an unknown name")
    func connectFailures() throws {
        let harness = Harness()
        try harness.start()
        // A name under .invalid never resolves (RFC 6761).
        let client = harness.client { $0.host = "nobody.invalid" }
        #expect(harness.run { client.isClosed })
        let named = harness.client { $0.host = "localhost" }
        #expect(harness.run { named.isOpen || named.isClosed })
    }

    @Test("of several addresses the first that answers is taken, and the last failure is told")
    func severalAddresses() throws {
        let harness = Harness()
        harness.router.http { $0.respond(status: 204) }
        try harness.start()
        let good = RawClient(
            loop: harness.loop, port: harness.port, hosts: ["::1", "127.0.0.2", "127.0.0.1"])
        good.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { good.text.hasPrefix("HTTP/1.1 204 ") })
        let bad = RawClient(loop: harness.loop, port: harness.port, hosts: ["::1", "127.0.0.2"])
        #expect(harness.run { bad.isClosed })
        #expect(!bad.isOpen)
    }

    @Test("waits grow to their limit, with jitter, the same for the same seed")
    func backoff() {
        var backoff = Backoff(
            firstMilliseconds: 10, maxMilliseconds: 100, random: SeededRandom(seed: 1))
        var same = Backoff(
            firstMilliseconds: 10, maxMilliseconds: 100, random: SeededRandom(seed: 1))
        for step: UInt64 in [10, 20, 40, 80, 100, 100] {
            let wait = backoff.next()
            #expect((step / 2...step).contains(wait))
            #expect(wait == same.next())
        }
        backoff.reset()
        #expect((5...10).contains(backoff.next()))
    }

    @Test("without descriptors new connections are closed, and those that are open live on")
    func noDescriptors() async {
        await #expect(processExitsWith: .success) {
            let harness = Harness()
            harness.router.register(unary: "/t.T/Echo") { call, message in
                call.reply([UInt8](message))
            }
            try harness.start()
            let client = harness.client()
            _ = try harness.call(client, "/t.T/Echo", [1]).get()
            var others: [RawClient] = []
            // Leave room for a few clients' ends, and none for the server's.
            let lowest = dup(0)
            close(lowest)
            var limit = rlimit(rlim_cur: rlim_t(lowest + 4), rlim_max: rlim_t(lowest + 4))
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            for _ in 0..<4 { others.append(RawClient(loop: harness.loop, port: harness.port)) }
            let turnsBefore = harness.loop.now
            harness.run(seconds: 3) { others.contains { $0.isClosed } }
            precondition(others.contains { $0.isClosed }, "nobody was turned away")
            precondition(harness.loop.now - turnsBefore < 3_000_000_000, "too slow")
            let answer = try harness.call(client, "/t.T/Echo", [2]).get()
            precondition(answer == [2], "no answer")
        }
    }

    @Test("a listener whose last reserve is gone does not spin, and listens again later")
    func noReserve() async {
        await #expect(processExitsWith: .success) {
            let loop = EventLoop()
            var accepted = 0
            let listener = try TCPListener(loop: loop, host: "127.0.0.1", port: 0) {
                accepted += 1
                $0.close(.closed("enough"))
            }
            let clients = (0..<2).map { _ in RawClient(loop: loop, port: listener.port) }
            // As if another thread had taken the descriptor that libuv keeps back.
            close(loop.raw.pointee.emfile_fd)
            loop.raw.pointee.emfile_fd = -1
            let lowest = dup(0)
            var before = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
            var limit = rlimit(rlim_cur: rlim_t(lowest), rlim_max: before.rlim_max)
            close(lowest)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            loop.schedule(afterMilliseconds: 50) {
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
            }
            let port = listener.port
            var late: RawClient?
            loop.schedule(afterMilliseconds: 300) { late = RawClient(loop: loop, port: port) }
            loop.schedule(afterMilliseconds: 1, repeating: 5) {
                if late?.isClosed == true { loop.stop() }
            }
            loop.schedule(afterMilliseconds: 5_000) { loop.stop() }
            loop.run()
            precondition(accepted > 0 && late?.isClosed == true, "it does not listen again")
            precondition(listener.port == port, "it listens elsewhere")
            withExtendedLifetime(clients) {}
        }
    }
}
