internal import Basics
internal import CLibuv

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// One libuv loop, confined to the thread that made it (make it on the thread that calls `run`).
///
/// A turn: timers → `onTurnEnd` hooks, in the order of their registration → every connection that
/// asked for it is flushed, once → wait for events → the events' callbacks (reads, posted jobs) →
/// `onTurnStart` hooks. What the callbacks of one turn produce thus leaves in one write per
/// connection before the loop waits again.
package final class EventLoop {
    let raw: UnsafeMutablePointer<uv_loop_t>
    /// The way in from other threads.
    package let mailbox = LoopMailbox()
    /// Called once at the end of each turn, before the flush; not removable.
    package var onTurnEnd: [() -> Void] = []
    /// Called once in each turn right after the callbacks of I/O; not removable.
    package var onTurnStart: [() -> Void] = []
    /// What all connections read into; its contents are valid during one read callback.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Limits.readBufferBytes, alignment: 16)
    /// What connections are filled from when they write; used within one flush.
    let writeBuffer = ByteQueue()

    private let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    private let checker = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
    private let idler = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
    private let wakening = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    private var signals: [SignalWatch] = []
    private var flushes: [TCPConnection] = []
    private var flushing: [TCPConnection] = []
    private var cachedTurnTime: UInt64 = 0
    private var longestTurn: UInt64 = 0
    private var isRunning = false

    package init() {
        raw = .allocate(capacity: 1)
        precondition(uv_loop_init(raw) == 0, "no event loop: out of descriptors or memory")
        // A peer that vanished must give EPIPE, not end the process.
        signal(SIGPIPE, SIG_IGN)
        startHandles()
    }

    deinit {
        precondition(!isRunning, "a loop ends after run() has returned")
        closeHandles()
        readBuffer.deallocate()
        prepare.deallocate()
        checker.deallocate()
        idler.deallocate()
        wakening.deallocate()
        raw.deallocate()
    }

    /// Monotonic time in nanoseconds, read from the clock now.
    package var now: UInt64 { uv_hrtime() }

    /// Monotonic time in nanoseconds, read from the clock at most once per turn: cheap, and at most
    /// one turn old.
    package var turnTime: UInt64 {
        if cachedTurnTime == 0 { cachedTurnTime = uv_hrtime() }
        return cachedTurnTime
    }

    /// The wall clock, in seconds since 1970: for people's eyes, never for measuring.
    package var wallClockSeconds: Int {
        var time = uv_timeval64_t()
        uv_gettimeofday(&time)
        return Int(time.tv_sec)
    }

    /// The longest turn since the last call, in nanoseconds, from the first look at `turnTime` to the
    /// end of the flush: how long others had to wait at most.
    package func takeLongestTurn() -> UInt64 {
        let longest = longestTurn
        longestTurn = 0
        return longest
    }

    /// Runs turns until `stop` is called.
    package func run() {
        precondition(!isRunning, "a loop runs once at a time")
        isRunning = true
        uv_run(raw, UV_RUN_DEFAULT)
        isRunning = false
    }

    /// Runs one turn that does not wait for events; for tests and for drivers of their own.
    package func runOnce(waiting: Bool = false) {
        isRunning = true
        uv_run(raw, waiting ? UV_RUN_ONCE : UV_RUN_NOWAIT)
        isRunning = false
    }

    /// Makes `run` return at the end of this turn.
    package func stop() { uv_stop(raw) }

    /// Runs `action` after `afterMilliseconds`, and then every `repeating` ms unless that is 0.
    /// The timer runs until it is cancelled, whether or not the caller keeps it.
    @discardableResult
    package func schedule(
        afterMilliseconds: UInt64, repeating: UInt64 = 0, _ action: @escaping () -> Void
    ) -> LoopTimer {
        let timer = LoopTimer(loop: self, action: action)
        timer.start(afterMilliseconds: afterMilliseconds, repeating: repeating)
        return timer
    }

    /// Runs `job` on this loop, soon; also from other threads by way of `mailbox`.
    @discardableResult
    package func post(_ job: @escaping @Sendable () -> Void) -> Bool { mailbox.post(job) }

    /// Calls `action` on the loop whenever the process gets the signal `number` (SIGTERM, …).
    package func onSignal(_ number: Int32, _ action: @escaping () -> Void) {
        signals.append(SignalWatch(loop: self, number: number, action: action))
    }

    /// Keeps the loop from waiting for events before both `onTurnEnd` and `onTurnStart` have been called: there is
    /// work for them already.
    package func wake() {
        // While it runs no wait blocks. It is stopped behind the wait and not by itself: libuv runs it before.
        uv_idle_start(idler) { _ in }
    }

    func requestFlush(_ connection: TCPConnection) { flushes.append(connection) }

    private func startHandles() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_init(raw, prepare)
        uv_check_init(raw, checker)
        uv_idle_init(raw, idler)
        prepare.pointee.data = context
        checker.pointee.data = context
        uv_prepare_start(prepare) { EventLoop.from($0!.pointee.data).endTurn() }
        uv_check_start(checker) { EventLoop.from($0!.pointee.data).startTurn() }
        let result = uv_poll_init(raw, wakening, mailbox.waking)
        precondition(result == 0, "a loop can be woken")
        wakening.pointee.data = context
        uv_poll_start(wakening, CInt(UV_READABLE.rawValue)) { handle, _, _ in
            EventLoop.from(handle!.pointee.data).mailbox.drain()
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> EventLoop {
        guard let data else { preconditionFailure("a handle without its loop") }
        return Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }

    private func runPosted() {
        for job in mailbox.take() { job() }
    }

    private func startTurn() {
        mailbox.loopIsAwake()
        // One turn is enough; whoever needs a further one wakes again.
        uv_idle_stop(idler)
        runPosted()
        for hook in onTurnStart { hook() }
    }

    private func endTurn() {
        for hook in onTurnEnd { hook() }
        swap(&flushes, &flushing)
        for connection in flushing { connection.flush() }
        flushing.removeAll(keepingCapacity: true)
        // A flush may ask for another one: it comes in the next turn, which must not wait.
        if !flushes.isEmpty || !mailbox.loopFallsAsleep() { wake() }
        guard cachedTurnTime != 0 else { return }
        longestTurn = max(longestTurn, uv_hrtime() - cachedTurnTime)
        cachedTurnTime = 0
    }

    private func closeHandles() {
        mailbox.end()
        signals.removeAll()
        uv_walk(raw, { handle, _ in EventLoop.closeHandle(handle) }, nil)
        uv_run(raw, UV_RUN_DEFAULT)
        precondition(uv_loop_close(raw) == 0, "a handle outlives its loop")
    }

    /// Timers and connections may outlive the loop as objects: they are told that it ends.
    private static func closeHandle(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
        guard let handle, uv_is_closing(handle) == 0 else { return }
        switch (handle.pointee.type, handle.pointee.data) {
        case (UV_TIMER, .some(let data)):
            Unmanaged<LoopTimer>.fromOpaque(data).takeUnretainedValue().loopEnds()
        case (UV_TCP, .some(let data)):
            Unmanaged<TCPConnection>.fromOpaque(data).takeUnretainedValue().loopEnds()
        default: uv_close(handle, nil)
        }
    }
}
