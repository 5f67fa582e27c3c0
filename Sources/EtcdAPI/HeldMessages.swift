internal import GRPC

/// What comes on a stream while its caller's rights are asked for.
final class HeldMessages {
    private let caller: StreamCaller
    private var messages: [[UInt8]] = []
    private var hasEnded = false

    init(_ caller: StreamCaller) {
        self.caller = caller
        caller.onMessage = { [weak self] in self?.hold($0) }
        caller.onHalfClose = { [weak self] in self?.hasEnded = true }
    }

    private func hold(_ message: UnsafeRawBufferPointer) {
        guard messages.count < Limits.heldMessagesMax else {
            return caller.finish(EtcdError.tooManyRequests.status)
        }
        messages.append([UInt8](message))
    }

    /// Begins the method, and gives it what has come.
    func deliver(to method: (StreamCaller) -> Void) {
        caller.onMessage = nil
        caller.onHalfClose = nil
        guard caller.isOpen else { return }
        method(caller)
        for message in messages where caller.isOpen {
            message.withUnsafeBytes { caller.onMessage?($0) }
        }
        if hasEnded, caller.isOpen { caller.onHalfClose?() }
    }
}
