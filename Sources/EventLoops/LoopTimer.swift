internal import CLibuv

/// A timer of a loop. While it runs it keeps itself alive; it may be started again at any time.
package final class LoopTimer {
    private let handle = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    private let action: () -> Void
    private var isRetained = false
    private var repeats = false
    private var isClosed = false

    init(loop: EventLoop, action: @escaping () -> Void) {
        self.action = action
        uv_timer_init(loop.raw, handle)
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { closeHandle() }

    /// The loop ends before this timer does.
    func loopEnds() {
        closeHandle()
        releaseSelf()
    }

    private func closeHandle() {
        guard !isClosed else { return }
        isClosed = true
        // The memory must outlive the close callback, this object need not.
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            UnsafeMutableRawPointer($0)?.deallocate()
        }
    }

    /// Whether the action is still going to run.
    package var isActive: Bool { isRetained }

    /// Starts the timer, or starts it anew: the action runs after `afterMilliseconds`, then every
    /// `repeating` ms unless that is 0.
    package func start(afterMilliseconds: UInt64, repeating: UInt64 = 0) {
        guard !isClosed else { return }
        retainSelf()
        repeats = repeating > 0
        uv_timer_start(
            handle,
            { handle in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<LoopTimer>.fromOpaque(data).takeUnretainedValue().fire()
            }, afterMilliseconds, repeating)
    }

    /// Stops the timer: the action does not run any more.
    package func cancel() {
        guard !isClosed else { return }
        uv_timer_stop(handle)
        releaseSelf()
    }

    private func fire() {
        // Released before the action, so that the action may start the timer anew.
        withExtendedLifetime(self) {
            if !repeats { releaseSelf() }
            action()
        }
    }

    private func retainSelf() {
        guard !isRetained else { return }
        isRetained = true
        _ = Unmanaged.passRetained(self)
    }

    private func releaseSelf() {
        guard isRetained else { return }
        isRetained = false
        Unmanaged.passUnretained(self).release()
    }
}
