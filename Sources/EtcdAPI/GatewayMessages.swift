internal import GRPC
internal import Protobuf
internal import Transport

/// The messages of a streaming request in JSON, one after another, as they come. The text in front of the method is
/// bounded: one message that is not whole, and, while the method takes no more, what was under way.
final class GatewayMessages {
    /// Of a client that does not go on.
    static let stall = GRPCStatus(
        .deadlineExceeded, "synod: the next message did not come in time")

    typealias Decode = (UnsafeRawBufferPointer) throws(JSONError) -> [UInt8]

    private let exchange: HTTPExchange
    private let caller: StreamCaller
    private let options: EtcdDoorOptions
    private let decode: Decode
    private let splitter = JSONSplitter()
    private var count: UInt64 = 0
    private var isReading = false
    private var hasEnded = false
    private var hasSaidSo = false

    /// Gives the messages of a request to its method, whose callbacks are set.
    /// - Parameter decode: makes the bytes of a message from its JSON.
    static func read(
        _ exchange: HTTPExchange, for caller: StreamCaller, _ options: EtcdDoorOptions,
        decode: @escaping Decode
    ) {
        // The exchange's and the caller's callbacks keep it.
        let messages = GatewayMessages(exchange, caller, options, decode)
        guard caller.isOpen else { return }
        caller.onRelease = { messages.read() }
        if exchange.hasOpenBody {
            exchange.onBody = { messages.take($0) }
            exchange.onBodyEnd = { messages.end() }
            exchange.onBodyStall = { messages.stalled() }
        } else {
            exchange.body.withUnsafeBytes { messages.take($0) }
            messages.end()
        }
    }

    private init(
        _ exchange: HTTPExchange, _ caller: StreamCaller, _ options: EtcdDoorOptions,
        _ decode: @escaping Decode
    ) {
        self.exchange = exchange
        self.caller = caller
        self.options = options
        self.decode = decode
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        splitter.append(bytes)
        read()
    }

    private func end() {
        hasEnded = true
        read()
    }

    private func stalled() { caller.finish(Self.stall) }

    private func read() {
        // A method may answer, and take more, at once.
        guard !isReading else { return }
        isReading = true
        while caller.isOpen, !caller.isHeldBack, let text = splitter.next(isLast: hasEnded) {
            give(text)
        }
        isReading = false
        guard caller.isOpen else { return }
        exchange.note(messages: count, unfinishedBytes: splitter.unfinishedCount)
        if !caller.isHeldBack {
            if splitter.unfinishedCount > options.bodyBytesMax {
                return refuse(
                    .tooLarge(size: splitter.unfinishedCount, limit: options.bodyBytesMax))
            }
            if hasEnded { return sayEnd() }
        }
        // What waited behind a pause may come at once.
        exchange.pauseBody(caller.isHeldBack)
    }

    private func give(_ text: UnsafeRawBufferPointer) {
        do throws(JSONError) {
            let message = try decode(text)
            guard message.count <= options.messageBytesMax else {
                return refuse(.tooLarge(size: message.count, limit: options.messageBytesMax))
            }
            count += 1
            message.withUnsafeBytes { caller.onMessage?($0) }
        } catch {
            caller.finish(GRPCStatus(.invalidArgument, error.description))
        }
    }

    private func refuse(_ error: FramingError) { caller.finish(error.status) }

    private func sayEnd() {
        guard !hasSaidSo else { return }
        hasSaidSo = true
        caller.onHalfClose?()
    }
}
