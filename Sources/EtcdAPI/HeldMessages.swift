internal import GRPC

/// What comes on a stream while its caller's rights are asked for.
final class HeldMessages {
    private let caller: StreamCaller
    /// Where they are counted.
    private let asked: AskedBytes
    private var messages: [[UInt8]] = []
    private var hasEnded = false

    init(_ caller: StreamCaller, _ asked: AskedBytes) {
        (self.caller, self.asked) = (caller, asked)
        caller.onMessage = { [weak self] in self?.hold($0) }
        caller.onHalfClose = { [weak self] in self?.hasEnded = true }
        caller.onEnd = { [weak self] in _ = self?.take() }
    }

    private func hold(_ message: UnsafeRawBufferPointer) {
        guard messages.count < Limits.heldMessagesMax, asked.hold(message.count) else {
            return caller.finish(EtcdError.tooManyRequests.status)
        }
        messages.append([UInt8](message))
    }

    /// All of them; they are held no more.
    private func take() -> [[UInt8]] {
        defer { messages = [] }
        for message in messages { asked.release(message.count) }
        return messages
    }

    /// Begins the method, and gives it what has come.
    func deliver(to method: (StreamCaller) -> Void) {
        caller.onMessage = nil
        caller.onHalfClose = nil
        caller.onEnd = nil
        let messages = take()
        guard caller.isOpen else { return }
        method(caller)
        for message in messages where caller.isOpen {
            message.withUnsafeBytes { caller.onMessage?($0) }
        }
        if hasEnded, caller.isOpen { caller.onHalfClose?() }
    }
}
