internal import Basics
internal import EventLoops
internal import GRPC
internal import HTTP

// Requests over HTTP/2: which kind they are, and their way to the handlers.
extension ServerConnection: HTTP2SessionHandler {
    func hasOutput() { tcp.requestFlush() }

    func pingAnswered() {}

    func pingReceived() {
        let minTime = server.configuration.keepAlive.minTimeMilliseconds
        guard minTime > 0, let http2 else { return }
        let isTooMany = pings.isTooMany(
            at: server.loop.turnTime, minTimeMilliseconds: minTime, hasStreams: openStreams > 0,
            hasAnswered: http2.takeHasAnswered())
        guard isTooMany, !tcp.isFinishing else { return }
        http2.goAway(.enhanceYourCalm, "too_many_pings")
        refuse("too many pings")
    }

    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32) {}

    func headers(of stream: HTTP2Stream) {
        let call = ServerCall.of(stream)
        call.begin(on: self, at: server.loop.turnTime)
        let headers = stream.headers
        guard !stream.headersTooLarge else { return refuse(call, status: 431) }
        let isGRPC = GRPCContentType.matches(headers.contentType)
        let route = server.router.route(headers.path)
        switch (isGRPC, route) {
        case (true, .some(let route)): beginGRPC(call, route)
        case (true, .none):
            let path = String(decoding: headers.path, as: UTF8.self)
            call.fail(server.router.unknown(path), trailers: [])
        case (false, .some): refuse(call, status: 415)
        case (false, .none): beginHTTP(call)
        }
    }

    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool) {
        let call = ServerCall.of(stream)
        switch call.kind {
        case .unary: unaryData(call, bytes, isLast)
        case .stream: call.serverStream?.receive(bytes)
        case .http: httpData(call, bytes)
        case .refused: break
        }
    }

    func inputEnded(of stream: HTTP2Stream) {
        let call = ServerCall.of(stream)
        switch call.kind {
        case .unary: unaryEnded(call)
        case .stream: call.serverStream?.inputEnded()
        case .http: httpEnded(call)
        case .refused: break
        }
    }

    func drained(_ stream: HTTP2Stream) {
        let call = ServerCall.of(stream)
        call.serverStream?.drained()
        call.exchange?.drained()
    }

    func closed(_ stream: HTTP2Stream, errorCode: UInt32) {
        let call = ServerCall.of(stream)
        if !stream.input.isEmpty { inputBytes -= stream.input.count }
        if !call.isAnswered {
            if call.kind == .unary || call.kind == .stream { call.finished(.cancelled) }
            if call.kind == .unary { call.cancel() }
        }
        call.serverStream?.closed()
        call.exchange?.closed()
        call.end()
    }

    /// Answers with a bare HTTP status, and looks at the request no further.
    func refuse(_ call: ServerCall, status: Int) {
        call.kind = .refused
        call.isAnswered = true
        let block = HeaderBlock([(":status", String(status)), ("content-length", "0")])
        http2?.respondWithoutBody(call.stream, headers: block)
    }
}

// MARK: - gRPC

extension ServerConnection {
    private func beginGRPC(_ call: ServerCall, _ route: Route) {
        call.route = route
        let headers = call.stream.headers
        guard isPost(headers.method) else { return refuse(call, status: 405) }
        if let timeout = headers.bytes("grpc-timeout") {
            guard let nanoseconds = GRPCTimeout.nanoseconds(timeout) else {
                let text = String(decoding: timeout, as: UTF8.self)
                let status = GRPCStatus(.internal, "malformed grpc-timeout: \(text)")
                return call.fail(status, trailers: [], httpStatus: 400)
            }
            let (deadline, overflow) = call.startedAt.addingReportingOverflow(nanoseconds)
            if !overflow {
                call.deadline = deadline
                server.deadlines.add(call)
            }
        }
        switch route.kind {
        case .unary: call.kind = .unary
        case .stream(let handler):
            call.kind = .stream
            let stream = ServerStream(call: call, route: route, loop: server.loop)
            call.serverStream = stream
            handler(stream)
        }
    }

    private func isPost(_ method: UnsafeRawBufferPointer) -> Bool {
        method.count == 4
            && method.loadUnaligned(as: UInt32.self).bigEndian == 0x504f_5354  // "POST"
    }

    private func unaryData(_ call: ServerCall, _ bytes: UnsafeRawBufferPointer, _ isLast: Bool) {
        guard !call.isAnswered, !call.isDispatched, let route = call.route else { return }
        let stream = call.stream
        do throws(FramingError) {
            if isLast, stream.input.isEmpty, bytes.count >= MessagePrefix.byteCount {
                let length = try MessagePrefix.read(bytes, limit: route.maxMessageBytes)
                if bytes.count == MessagePrefix.byteCount + length {
                    // The usual case: the whole message in one piece of the last frame.
                    stream.inputEnded = true
                    return dispatch(call, bytes)
                }
            }
            stream.input.append(bytes)
            holdInput(bytes.count)
            if call.messageLength < 0, stream.input.count >= MessagePrefix.byteCount {
                call.messageLength = try MessagePrefix.read(
                    stream.input.bytes, limit: route.maxMessageBytes)
            }
            if call.messageLength >= 0,
                stream.input.count > MessagePrefix.byteCount + call.messageLength
            {
                let status = GRPCStatus(.internal, "more than one message in a unary call")
                call.fail(status, trailers: [])
            }
        } catch {
            call.fail(error.status, trailers: [])
        }
    }

    private func unaryEnded(_ call: ServerCall) {
        guard !call.isAnswered, !call.isDispatched else { return }
        let stream = call.stream
        guard call.messageLength >= 0,
            stream.input.count == MessagePrefix.byteCount + call.messageLength
        else { return call.fail(FramingError.truncated.status, trailers: []) }
        let held = stream.input.count
        let generation = call.generation
        dispatch(call, stream.input.bytes)
        // The handler may have ended the connection, and the stream with it.
        guard call.generation == generation else { return }
        inputBytes -= held
        stream.input.removeAll()
    }

    private func dispatch(_ call: ServerCall, _ framed: UnsafeRawBufferPointer) {
        guard let route = call.route, case .unary(let handler) = route.kind else { return }
        call.isDispatched = true
        handler(
            UnaryCall(call), UnsafeRawBufferPointer(rebasing: framed[MessagePrefix.byteCount...]))
    }
}

// MARK: - Plain HTTP

extension ServerConnection {
    private func beginHTTP(_ call: ServerCall) {
        let headers = call.stream.headers
        call.kind = .http
        let method = headers.value(":method") ?? ""
        let exchange = HTTPExchange(
            method: method, target: String(decoding: headers.path, as: UTF8.self),
            headers: headers.all.filter { !$0.0.hasPrefix(":") },
            authority: headers.value(":authority") ?? headers.value("host") ?? "",
            remoteAddress: tcp.remoteAddress, isSecure: isSecure,
            responder: HTTP2Responder(call, isHead: method == "HEAD"))
        call.exchange = exchange
        if let expected = headers.value("expect"), expected.lowercased() == "100-continue" {
            http2?.respondInterim(call.stream, headers: server.responses.goOn)
        }
        guard server.router.streamsBody(method, exchange.path) else { return awaitBody(call) }
        exchange.hasOpenBody = true
        answer(exchange)
    }

    /// A body that is gathered has its time, as over HTTP/1.1.
    private func awaitBody(_ call: ServerCall) {
        guard !call.stream.inputEnded else { return }
        call.deadline = call.startedAt + server.configuration.requestMilliseconds * 1_000_000
        server.deadlines.add(call)
    }

    private func httpData(_ call: ServerCall, _ bytes: UnsafeRawBufferPointer) {
        guard let exchange = call.exchange else { return }
        if exchange.hasOpenBody { return exchange.receive(bytes) }
        guard !call.isAnswered else { return }
        call.stream.input.append(bytes)
        holdInput(bytes.count)
        if call.stream.input.count > server.router.bodyLimit(path: exchange.path) {
            refuse(call, status: 413)
        }
    }

    private func httpEnded(_ call: ServerCall) {
        guard let exchange = call.exchange else { return }
        if exchange.hasOpenBody { return exchange.bodyEnded() }
        guard !call.isAnswered else { return }
        server.deadlines.remove(call)
        exchange.body = Array(call.stream.input.bytes)
        inputBytes -= call.stream.input.count
        call.stream.input.removeAll()
        answer(exchange)
    }

    private func answer(_ exchange: HTTPExchange) {
        if let handler = server.router.httpHandler {
            handler(exchange)
        } else {
            exchange.respond(status: 404)
        }
    }
}
