package import Basics

/// The server's end of an HTTP/1.1 connection, without any I/O: bytes in by `receive`, bytes out by
/// `drain`. One request at a time: what a client sends ahead waits until the present request is
/// answered.
package final class HTTP1Session {
    private enum State {
        /// Between requests, or inside one that is not complete.
        case reading
        /// A request is complete and waits for its answer.
        case answering
        /// The head of an answer in pieces is sent.
        case streaming
        /// The answer was to change the protocol: bytes pass as they are.
        case upgraded
        /// The last answer is given: what comes is not read any more.
        case closing
    }

    /// Bytes to be sent.
    package var bufferedOutputBytes: Int { output.count }
    /// Whether at least one request came whole.
    package private(set) var hasSeenRequest = false

    private unowned(unsafe) let handler: any HTTP1SessionHandler
    private let parser: HTTP1Parser
    private let pending = ByteQueue()
    private let output = ByteQueue()
    private var state = State.reading
    private var isParsing = false
    private var keepsAlive = true
    private var isHead = false
    private var isVersion10 = false
    private var isChunked = false
    private var stopsAfterAnswer = false
    private var reportsDrain = false
    /// The present request's body, or the one before, comes in pieces and has not ended.
    private var hasOpenBody = false
    private var isBodyPaused = false
    private var unwantedBodyBytes = 0
    private var date = HTTPDate()
    private let wallClock: () -> Int

    /// A session that takes headers up to `headerBytesMax`, counted as HTTP/2 does. `wallClock` gives
    /// the seconds since 1970, for the answers' date. `handler` must outlive the session.
    package init(
        headerBytesMax: Int, wallClock: @escaping () -> Int, handler: any HTTP1SessionHandler
    ) {
        self.handler = handler
        self.wallClock = wallClock
        parser = HTTP1Parser(headerBytesMax: headerBytesMax) { [unowned(unsafe) handler] in
            handler.bodyReading(method: $0, target: $1)
        }
    }

    /// Whether everything is said: close the connection once the output is sent.
    package var isFinished: Bool { state == .closing && output.isEmpty }

    /// Whether a request waits for (the rest of) its answer.
    package var isAnswering: Bool { state == .answering || isStreaming }

    /// Whether the answer is given in pieces and has not ended, as what follows a change of the protocol is.
    package var isStreaming: Bool { state == .streaming || state == .upgraded }

    /// Whether bytes wait to be sent.
    package var hasOutput: Bool { !output.isEmpty }

    /// Whether a request has begun and is not complete.
    package var isInsideRequest: Bool { state == .reading && parser.isInsideRequest }

    /// The owner takes no further pieces of the open body for now: then the client must wait.
    package func pauseBody() { isBodyPaused = true }

    /// It takes them again.
    package func resumeBody() {
        isBodyPaused = false
        parse()
    }

    /// Whether the client, and nobody else, is waited for to go on with its open body.
    package var awaitsBody: Bool {
        (hasOpenBody || state == .upgraded) && isAnswering && !isBodyPaused && pending.isEmpty
    }

    /// Whether the client has sent so much ahead that it must wait.
    package var isInputFull: Bool { pending.count > Limits.pipelinedBytesMax }

    /// Takes bytes from the client.
    package func receive(_ bytes: UnsafeRawBufferPointer) {
        guard state != .closing else { return }
        pending.append(bytes)
        parse()
    }

    /// Moves up to `limit` bytes to `target`.
    package func drain(into target: ByteQueue, limit: Int) {
        let count = min(limit, output.count)
        if count > 0 {
            target.append(UnsafeRawBufferPointer(rebasing: output.bytes[0..<count]))
            output.consume(count)
        }
        output.releaseMemory(above: Limits.pooledBufferBytesMax)
        let isDrained = reportsDrain && output.count <= Limits.streamDrainedBytes
        if isDrained { reportsDrain = false }
        // First: an answer without end that is filled up again at once would leave no room for what the client says.
        parse()
        if isDrained { handler.drained() }
    }

    /// Refuses what the client is sending, and closes.
    package func refuse(status: Int) {
        guard state == .reading else { return }
        // What cannot be read any more is the body of a request that has its answer.
        guard !hasOpenBody else { return close() }
        state = .answering
        keepsAlive = false
        isHead = false
        isVersion10 = false
        handler.refused(status: status)
        respond(status: status, headers: [("content-type", "text/plain")], body: [])
    }

    /// Closes after the present answer, or now if there is none.
    package func stopAfterAnswer() {
        stopsAfterAnswer = true
        if state == .reading { close() }
    }

    private func close() {
        state = .closing
        pending.removeAll()
        handler.hasOutput()
    }

    // MARK: The answer

    /// Answers the present request with all of `body`.
    package func respond(status: Int, headers: [(String, String)], body: [UInt8]) {
        guard state == .answering else { return }
        let hasNoBody = status == 204 || status == 304
        writeHead(
            status, headers,
            framing: hasNoBody ? nil : ("content-length", String(body.count)))
        if !isHead && !hasNoBody { output.append(body) }
        answered()
    }

    /// Begins an answer in pieces.
    package func start(status: Int, headers: [(String, String)]) {
        guard state == .answering else { return }
        state = .streaming
        // HTTP/1.0 knows no chunks: there the end of the connection ends the body.
        isChunked = !isVersion10
        if isVersion10 { keepsAlive = false }
        writeHead(status, headers, framing: isChunked ? ("transfer-encoding", "chunked") : nil)
        handler.hasOutput()
    }

    /// Sends a piece.
    package func send(_ bytes: [UInt8]) {
        guard state == .streaming, !bytes.isEmpty, !isHead else { return }
        if isChunked { output.append(String(bytes.count, radix: 16) + "\r\n") }
        output.append(bytes)
        if isChunked { output.append("\r\n") }
        noteOutput()
    }

    /// Ends an answer in pieces.
    package func end() {
        guard state == .streaming else { return }
        if isChunked && !isHead { output.append("0\r\n\r\n") }
        answered()
    }

    // MARK: Another protocol

    /// Answers the present request by changing to `name`: what follows, in both directions, is for the owner to read
    /// and to write.
    package func upgrade(to name: String, headers: [(String, String)]) {
        precondition(state == .answering && !hasOpenBody, "a change of protocol is an answer")
        state = .upgraded
        output.append("HTTP/1.1 101 \(HTTPReason.text(101))\r\n")
        for (name, value) in headers + [("connection", "Upgrade"), ("upgrade", name)] {
            writeField(name, value)
        }
        output.append("\r\n")
        handler.hasOutput()
    }

    /// Sends bytes of that protocol.
    package func sendUpgraded(_ bytes: [UInt8]) {
        guard state == .upgraded else { return }
        output.append(bytes)
        noteOutput()
    }

    /// All is said: what comes is not read any more.
    package func finishUpgraded() {
        if state == .upgraded { close() }
    }

    private func writeHead(
        _ status: Int, _ headers: [(String, String)], framing: (String, String)?
    ) {
        if stopsAfterAnswer { keepsAlive = false }
        output.append("HTTP/1.1 \(status) \(HTTPReason.text(status))\r\n")
        output.append("date: \(date.text(at: wallClock()))\r\n")
        for (name, value) in headers { writeField(name, value) }
        if let framing { writeField(framing.0, framing.1) }
        if !keepsAlive {
            writeField("connection", "close")
        } else if isVersion10 {
            writeField("connection", "keep-alive")
        }
        output.append("\r\n")
    }

    private func writeField(_ name: String, _ value: String) {
        // A line end inside a value would begin a field of the value's author's choice.
        let isClean = value.utf8.allSatisfy { $0 != 13 && $0 != 10 && $0 != 0 }
        let clean = isClean ? value : String(value.filter { !$0.isNewline && $0 != "\0" })
        output.append("\(name): \(clean)\r\n")
    }

    private func answered() {
        state = keepsAlive ? .reading : .closing
        isBodyPaused = false
        unwantedBodyBytes = 0
        noteOutput()
        if state == .closing { pending.removeAll() }
        parse()
    }

    private func noteOutput() {
        if output.count > Limits.streamDrainedBytes { reportsDrain = true }
        handler.hasOutput()
    }

    // MARK: The request

    private func parse() {
        // An answer given at once comes here from within the loop below, which then goes on.
        guard !isParsing else { return }
        isParsing = true
        defer { isParsing = false }
        while takesInput {
            guard state != .upgraded else { return passUpgraded() }
            let (taken, event) = parser.parse(pending.bytes)
            pending.consume(taken)
            switch event {
            case .needsMore: takePiece()
            case .wantsBody: goOn()
            case .head(let request, let keepsAlive, let isVersion10, let wantsBody):
                if wantsBody { goOn() }
                hasOpenBody = true
                begin(request, keepsAlive, isVersion10)
            case .request(let request, let keepsAlive, let isVersion10):
                begin(request, keepsAlive, isVersion10)
            case .bodyEnded:
                takePiece()
                hasOpenBody = false
                if isAnswering { handler.bodyEnded() }
            case .refused(let status): refused(status)
            }
        }
        pending.releaseMemory(above: Limits.pooledBufferBytesMax)
    }

    private var takesInput: Bool {
        // A client that sends requests ahead and does not read gets no further answers made for it.
        guard !pending.isEmpty, output.count <= Limits.streamDrainedBytes else { return false }
        if state == .reading { return true }
        return (state == .upgraded || isAnswering && hasOpenBody) && !isBodyPaused
    }

    private func passUpgraded() {
        handler.receivedUpgraded(pending.bytes)
        pending.removeAll()
        pending.releaseMemory(above: Limits.pooledBufferBytesMax)
    }

    private func goOn() {
        output.append("HTTP/1.1 100 Continue\r\n\r\n")
        handler.hasOutput()
    }

    private func begin(_ request: HTTP1Request, _ keepsAlive: Bool, _ isVersion10: Bool) {
        hasSeenRequest = true
        state = .answering
        self.keepsAlive = keepsAlive
        self.isVersion10 = isVersion10
        isHead = request.method == "HEAD"
        handler.received(request)
    }

    /// A piece of the open body: after the answer nobody wants it, and it is read only to reach the next request.
    private func takePiece() {
        parser.takePiece { bytes in
            if isAnswering { return handler.receivedBody(bytes) }
            unwantedBodyBytes += bytes.count
        }
        if unwantedBodyBytes > Limits.unwantedBodyBytesMax { close() }
    }

    private func refused(_ status: Int) {
        pending.removeAll()
        guard isAnswering else { return refuse(status: status) }
        // Chunks that are none: whether a status can still be told depends on the answer.
        handler.refused(status: status)
        guard state == .answering else { return close() }
        keepsAlive = false
        respond(status: status, headers: [("content-type", "text/plain")], body: [])
    }
}
