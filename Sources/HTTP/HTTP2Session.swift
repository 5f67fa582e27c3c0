package import Basics
internal import CNghttp2

/// One end of an HTTP/2 connection, without any I/O: bytes in by `receive`, bytes out by `drain`.
/// The work is nghttp2's; this wrapper keeps the streams, their buffers and the budgets.
package final class HTTP2Session {
    /// Which end this is.
    package enum Role: Sendable {
        case client
        case server
    }

    package let role: Role

    /// Told about everything, until `connectionLost`.
    unowned(unsafe) var handler: (any HTTP2SessionHandler)?
    var openCount = 0
    var bufferedBytes = 0
    var hasSettings = false
    var hasOpenHeaders = false
    /// The size of the header block that is being received, as HTTP/2 counts.
    @exclusivity(unchecked) var headerBlockBytes = 0
    /// Looks at the header block that is being received. Asked for each field of each request: whether somebody else
    /// has it in hand, who calls nobody, is not asked at run time.
    @exclusivity(unchecked) var check = HeaderCheck(isTrailer: false)
    let settings: HTTP2Settings
    let pool: HTTP2StreamPool
    let raw: OpaquePointer
    /// Frames without use that the other side may still send.
    var nuisanceBudget: Int
    /// Updates of windows that the other side may send for what it was sent, without a cost.
    var windowCredit = 0
    /// Whether the bytes that are being received have meant anything so far.
    var hasHeard = false
    /// Whether anything but an answer to a ping was sent since this was last asked.
    var hasAnswered = false
    /// Where `drain` writes, while it runs.
    unowned(unsafe) var target: ByteQueue?
    /// The stream whose header block is being received.
    var headerStream: Unmanaged<HTTP2Stream>?
    /// The stream whose data came last: most pieces belong to the same one.
    var dataStream: Unmanaged<HTTP2Stream>?
    var dataStreamID: Int32 = 0
    /// Streams that have drained in this `drain`.
    var drained: [HTTP2Stream] = []
    /// Streams answered before their request has ended.
    var unread: [Int32] = []
    private var firstOpen: HTTP2Stream?

    package init(
        role: Role, settings: HTTP2Settings, pool: HTTP2StreamPool,
        handler: any HTTP2SessionHandler
    ) {
        self.role = role
        self.settings = settings
        self.pool = pool
        self.handler = handler
        nuisanceBudget = settings.nuisanceFramesMax
        raw = Self.makeSession(role)
        nghttp2_session_set_user_data(raw, Unmanaged.passUnretained(self).toOpaque())
        submitSettings()
    }

    deinit { nghttp2_session_del(raw) }

    private static func makeSession(_ role: Role) -> OpaquePointer {
        let callbacks = HTTP2Callbacks.shared(role)
        var made: OpaquePointer?
        var option: OpaquePointer?
        nghttp2_option_new(&option)
        nghttp2_option_set_stream_reset_rate_limit(
            option, Limits.streamResetBurst, Limits.streamResetsPerSecond)
        // A server has a check of its own.
        if role == .server { nghttp2_option_set_no_http_messaging(option, 1) }
        let result =
            role == .server
            ? nghttp2_session_server_new2(&made, callbacks, nil, option)
            : nghttp2_session_client_new2(&made, callbacks, nil, option)
        nghttp2_option_del(option)
        guard result == 0, let made else { preconditionFailure("no HTTP/2 session: no memory") }
        return made
    }

    /// Streams open now.
    package var openStreams: Int { openCount }

    /// Bytes that all streams hold to be sent.
    package var bufferedOutputBytes: Int { bufferedBytes }

    /// Whether the other side's first settings have come: it does speak HTTP/2.
    package var isEstablished: Bool { hasSettings }

    /// Whether a header block has begun and not ended.
    package var isInsideHeaders: Bool { hasOpenHeaders }

    // MARK: Bytes

    /// Takes bytes from the other side. False: the connection cannot go on, close it.
    package func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        hasHeard = false
        let taken = nghttp2_session_mem_recv(raw, start, bytes.count)
        // Data of streams that are over is thrown away without a word.
        if !hasHeard { _ = spend(bytes.count / Limits.unheardBytesPerCost) }
        if nghttp2_session_want_write(raw) != 0 { handler?.hasOutput() }
        return taken >= 0
    }

    /// Appends what is to be sent to `output`, until there is nothing more or about `limit` bytes
    /// were appended. False: the connection cannot go on, close it.
    package func drain(into output: ByteQueue, limit: Int) -> Bool {
        precondition(target == nil, "drain is not re-entrant")
        target = output
        let end = output.count + limit
        var isSound = true
        while output.count < end {
            var piece: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(raw, &piece)
            guard count > 0 else {
                isSound = count == 0
                if isSound, !unread.isEmpty, resetUnread() { continue }
                break
            }
            output.append(UnsafeRawBufferPointer(start: piece, count: count))
        }
        target = nil
        if !drained.isEmpty { reportDrained() }
        return isSound
    }

    /// Whether neither side has anything left to say: close the connection.
    package var isFinished: Bool {
        nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
    }

    /// Gives the connection a new budget of frames without use; call it once a second.
    package func refillBudget() { nuisanceBudget = settings.nuisanceFramesMax }

    // MARK: The connection

    /// Sends a ping; the handler hears of the answer.
    package func ping() {
        nghttp2_submit_ping(raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        handler?.hasOutput()
    }

    /// Announces that no further streams will be taken soon.
    package func announceShutdown() {
        nghttp2_submit_shutdown_notice(raw)
        handler?.hasOutput()
    }

    /// Takes no further streams; those that are open may end.
    package func goAway() {
        let last = nghttp2_session_get_last_proc_stream_id(raw)
        nghttp2_submit_goaway(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError.rawValue, nil, 0)
        handler?.hasOutput()
    }

    /// Whether headers or data were sent since the last call.
    package func takeHasAnswered() -> Bool {
        defer { hasAnswered = false }
        return hasAnswered
    }

    /// Takes no further streams, and says why in words; the owner closes when that is sent.
    package func goAway(_ code: HTTP2ErrorCode, _ why: String) {
        let last = nghttp2_session_get_last_proc_stream_id(raw)
        nghttp2_submit_goaway(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code.rawValue, Array(why.utf8),
            why.utf8.count)
        handler?.hasOutput()
    }

    /// Ends the connection as soon as the other side could be told why.
    package func terminate(_ code: HTTP2ErrorCode) {
        nghttp2_session_terminate_session(raw, code.rawValue)
        handler?.hasOutput()
    }

    /// The connection is lost: closes all streams, and tells nothing after that.
    package func connectionLost() {
        while let stream = firstOpen {
            remove(stream, errorCode: HTTP2ErrorCode.cancel.rawValue)
        }
        handler = nil
    }

    private func submitSettings() {
        func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
            nghttp2_settings_entry(
                settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
        }
        var entries = [
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindowBytes),
            entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, settings.frameBytesMax),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.headerBytesMax),
        ]
        if role == .server {
            entries.append(
                entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.maxConcurrentStreams))
        } else {
            entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_submit_settings(raw, none, &entries, entries.count)
        nghttp2_session_set_local_window_size(
            raw, none, 0, Int32(clamping: settings.connectionWindowBytes))
    }

    private func reportDrained() {
        let streams = drained
        drained.removeAll(keepingCapacity: true)
        for stream in streams where stream.isOpen { handler?.drained(stream) }
    }
}

// MARK: - Open streams

extension HTTP2Session {
    /// Every open stream; for the owner's own sweeps.
    package func forEachStream(_ body: (HTTP2Stream) -> Void) {
        var current = firstOpen
        while let stream = current {
            current = stream.next
            body(stream)
        }
    }

    func insert(_ stream: HTTP2Stream, id: Int32) {
        stream.streamID = id
        stream.isOpen = true
        stream.next = firstOpen
        stream.previous = nil
        firstOpen?.previous = stream
        firstOpen = stream
        openCount += 1
    }

    func remove(_ stream: HTTP2Stream, errorCode: UInt32) {
        guard stream.isOpen else { return }
        stream.isOpen = false
        openCount -= 1
        if stream.hasBody { bufferedBytes -= stream.output.count }
        if let previous = stream.previous {
            previous.next = stream.next
        } else {
            firstOpen = stream.next
        }
        stream.next?.previous = stream.previous
        stream.next = nil
        stream.previous = nil
        if dataStreamID == stream.streamID { dataStream = nil }
        if headerStream?.toOpaque() == Unmanaged.passUnretained(stream).toOpaque() {
            headerStream = nil
        }
        handler?.closed(stream, errorCode: errorCode)
        pool.put(stream)
    }
}
