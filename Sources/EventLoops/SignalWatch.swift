internal import CLibuv

/// Calls an action on the loop for each arrival of one signal, while it lives.
final class SignalWatch {
    private let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
    private let action: () -> Void

    init(loop: EventLoop, number: Int32, action: @escaping () -> Void) {
        self.action = action
        precondition(uv_signal_init(loop.raw, handle) == 0, "no room for a signal watch")
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        let result = uv_signal_start(
            handle,
            { handle, _ in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<SignalWatch>.fromOpaque(data).takeUnretainedValue().action()
            }, number)
        precondition(result == 0, "signal \(number) cannot be watched")
    }

    deinit {
        // The memory must outlive the close callback, this object need not.
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            UnsafeMutableRawPointer($0)?.deallocate()
        }
    }
}
