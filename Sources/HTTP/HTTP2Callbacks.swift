internal import CNghttp2

/// The table of C callbacks, made once for each role.
enum HTTP2Callbacks {
    // Written once by the initialiser and only read by nghttp2 after that.
    nonisolated(unsafe) private static let server: OpaquePointer = make(.server)
    nonisolated(unsafe) private static let client: OpaquePointer = make(.client)

    static func shared(_ role: HTTP2Session.Role) -> OpaquePointer {
        role == .server ? server : client
    }

    private static func make(_ role: HTTP2Session.Role) -> OpaquePointer {
        var made: OpaquePointer?
        nghttp2_session_callbacks_new(&made)
        guard let table = made else { preconditionFailure("no HTTP/2 callbacks: out of memory") }
        nghttp2_session_callbacks_set_on_begin_headers_callback(table) { _, frame, context in
            guard let frame else { return 0 }
            return withSession(context) { $0.beganHeaders(frame) }
        }
        nghttp2_session_callbacks_set_on_header_callback(table) {
            _, _, name, nameLength, value, valueLength, _, context in
            withSession(context) {
                $0.received(
                    name: UnsafeRawBufferPointer(start: name, count: nameLength),
                    value: UnsafeRawBufferPointer(start: value, count: valueLength))
            }
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table) {
            _, flags, id, data, length, context in
            withSession(context) {
                $0.received(
                    data: UnsafeRawBufferPointer(start: data, count: length), id: id, flags: flags)
            }
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(table) { _, frame, context in
            guard let frame else { return 0 }
            return withSession(context) { $0.received(frame: frame) }
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table) { _, _, _, context in
            withSession(context) { $0.spend(Limits.invalidFrameCost) }
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(table) { raw, id, code, context in
            guard let raw, let data = nghttp2_session_get_stream_user_data(raw, id) else {
                return 0
            }
            let stream = Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
            return withSession(context) {
                $0.remove(stream, errorCode: code)
                return 0
            }
        }
        nghttp2_session_callbacks_set_send_data_callback(table) {
            raw, frame, header, length, _, context in
            guard let raw, let frame, let header,
                let data = nghttp2_session_get_stream_user_data(raw, frame.pointee.hd.stream_id)
            else { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue }
            let stream = Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
            return withSession(context) {
                $0.copyFrame(stream, header, length)
                return 0
            }
        }
        if role == .client { addClientCallbacks(table) } else { addServerCallbacks(table) }
        return table
    }

    private static func addServerCallbacks(_ table: OpaquePointer) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(table) { _, frame, context in
            guard let frame else { return 0 }
            return withSession(context) { $0.began(frame) }
        }
    }

    /// A client must know which of its requests have left it.
    private static func addClientCallbacks(_ table: OpaquePointer) {
        nghttp2_session_callbacks_set_on_frame_send_callback(table) { raw, frame, _ in
            guard let raw, let frame, frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue),
                let data = nghttp2_session_get_stream_user_data(raw, frame.pointee.hd.stream_id)
            else { return 0 }
            Unmanaged<HTTP2Stream>.fromOpaque(data)._withUnsafeGuaranteedRef {
                $0.hasBeenSent = true
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(table) {
            raw, frame, _, context in
            guard let raw, let frame, frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue),
                let data = nghttp2_session_get_stream_user_data(raw, frame.pointee.hd.stream_id)
            else { return 0 }
            let stream = Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
            return withSession(context) {
                $0.remove(stream, errorCode: HTTP2ErrorCode.refusedStream.rawValue)
                return 0
            }
        }
    }
}

/// Calls `body` with the session behind a callback's context.
private func withSession(
    _ context: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Int32
) -> Int32 {
    guard let context else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
    return Unmanaged<HTTP2Session>.fromOpaque(context)._withUnsafeGuaranteedRef { body($0) }
}
