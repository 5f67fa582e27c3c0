internal import Basics
internal import CNghttp2

// Sending on one stream.
extension HTTP2Session {
    /// Server: sends `headers`; then the body follows from `stream.output`, until `end`. What lies
    /// there already goes along.
    package func respond(_ stream: HTTP2Stream, headers: HeaderBlock) {
        precondition(stream.isOpen && !stream.hasBody, "one answer to an open stream")
        stream.hasBody = true
        hasAnswered = true
        bufferedBytes += stream.output.count
        if stream.output.count > Limits.streamDrainedBytes { stream.reportsDrain = true }
        var provider = Self.provider
        nghttp2_submit_response(raw, stream.streamID, headers.fields, headers.count, &provider)
        handler?.hasOutput()
    }

    /// Server: sends `headers`, what lies in `stream.output`, and `trailers`: a whole answer.
    package func respondWhole(_ stream: HTTP2Stream, headers: HeaderBlock, trailers: HeaderBlock?) {
        stream.hasOutputEnded = true
        stream.trailers = trailers
        respond(stream, headers: headers)
    }

    /// Server: sends `headers` as the whole answer: no body, no trailers.
    package func respondWithoutBody(_ stream: HTTP2Stream, headers: HeaderBlock) {
        precondition(stream.isOpen && !stream.hasBody, "one answer to an open stream")
        stream.hasBody = true
        hasAnswered = true
        stream.hasOutputEnded = true
        nghttp2_submit_response(raw, stream.streamID, headers.fields, headers.count, nil)
        if !stream.hasInputEnded { unread.append(stream.streamID) }
        handler?.hasOutput()
    }

    /// Server: interim answer, such as 100.
    package func respondInterim(_ stream: HTTP2Stream, headers: HeaderBlock) {
        nghttp2_submit_headers(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.streamID, nil, headers.fields,
            headers.count,
            nil)
        handler?.hasOutput()
    }

    /// Client: opens a stream with `headers` and `extra` fields; the body follows from
    /// `stream.output`, until `end`. Nil if the connection takes no more streams.
    package func open(headers: HeaderBlock, extra: [(String, String)] = []) -> HTTP2Stream? {
        let stream = pool.take()
        stream.hasBody = true
        let context = Unmanaged.passUnretained(stream).toOpaque()
        var provider = Self.provider
        let id: Int32
        if extra.isEmpty {
            id = nghttp2_submit_request(
                raw, nil, headers.fields, headers.count, &provider, context)
        } else {
            let more = HeaderBlock(extra, changing: true)
            var fields = Array(UnsafeBufferPointer(start: headers.fields, count: headers.count))
            fields += UnsafeBufferPointer(start: more.fields, count: more.count)
            id = withExtendedLifetime(more) {
                nghttp2_submit_request(raw, nil, &fields, fields.count, &provider, context)
            }
        }
        guard id > 0 else {
            pool.put(stream)
            return nil
        }
        insert(stream, id: id)
        handler?.hasOutput()
        return stream
    }

    /// Sends what was appended to `stream.output`: `count` bytes more than before.
    package func resume(_ stream: HTTP2Stream, appended count: Int) {
        bufferedBytes += count
        if stream.output.count > Limits.streamDrainedBytes { stream.reportsDrain = true }
        wake(stream)
    }

    /// Nothing more will be appended to `stream.output`; after it come `trailers`, if any.
    package func end(_ stream: HTTP2Stream, trailers: HeaderBlock? = nil) {
        guard !stream.hasOutputEnded else { return }
        stream.hasOutputEnded = true
        stream.trailers = trailers
        wake(stream)
    }

    /// Ends the stream at once, in both directions.
    package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        stream.hasOutputEnded = true
        nghttp2_submit_rst_stream(
            raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.streamID, code.rawValue)
        handler?.hasOutput()
    }

    /// Resets, without an error, the streams whose answer is sent and whose request nobody will read
    /// to its end. Not earlier: nghttp2 drops the frames of a stream that is to be reset.
    func resetUnread() -> Bool {
        let streams = unread
        unread.removeAll(keepingCapacity: true)
        var hasReset = false
        for id in streams {
            guard let data = nghttp2_session_get_stream_user_data(raw, id) else { continue }
            let stream = Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue()
            guard !stream.hasInputEnded else { continue }
            nghttp2_submit_rst_stream(
                raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, HTTP2ErrorCode.noError.rawValue)
            hasReset = true
        }
        return hasReset
    }

    private func wake(_ stream: HTTP2Stream) {
        if stream.isDeferred {
            stream.isDeferred = false
            nghttp2_session_resume_data(raw, stream.streamID)
        }
        handler?.hasOutput()
    }

    /// Bodies come from the stream itself, which nghttp2 knows as the stream's user data.
    private static var provider: nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: nil),
            read_callback: { session, id, _, length, flags, _, context in
                guard let session, let flags, let context,
                    let data = nghttp2_session_get_stream_user_data(session, id)
                else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
                return Unmanaged<HTTP2Session>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.offer(
                        Unmanaged<HTTP2Stream>.fromOpaque(data).takeUnretainedValue(), length, flags
                    )
                }
            })
    }

    /// Tells nghttp2 how much of the body the next frame takes; `copyFrame` then moves it.
    private func offer(
        _ stream: HTTP2Stream, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let available = stream.output.count
        if available == 0 && !stream.hasOutputEnded {
            stream.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        let count = min(length, available)
        var result = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        if stream.hasOutputEnded && count == available {
            result |= NGHTTP2_DATA_FLAG_EOF.rawValue
            if let trailers = stream.trailers {
                result |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                nghttp2_submit_trailer(raw, stream.streamID, trailers.fields, trailers.count)
            }
            if role == .server && !stream.hasInputEnded { unread.append(stream.streamID) }
        }
        flags.pointee |= result
        return count
    }

    /// Appends a DATA frame, whose nine header bytes nghttp2 has made, to the output.
    func copyFrame(_ stream: HTTP2Stream, _ header: UnsafePointer<UInt8>, _ length: Int) {
        guard let target else { preconditionFailure("a frame is sent outside drain") }
        target.append(UnsafeRawBufferPointer(start: header, count: 9))
        if length > 0 {
            hasAnswered = true
            windowCredit = min(
                windowCredit + Limits.windowUpdatesPerFrame + length >> 9, Limits.windowCreditMax)
            target.append(UnsafeRawBufferPointer(rebasing: stream.output.bytes[0..<length]))
            stream.output.consume(length)
            bufferedBytes -= length
            stream.output.releaseMemory(above: Limits.streamMemoryKeptBytes)
        }
        if stream.reportsDrain, stream.output.count <= Limits.streamDrainedBytes {
            stream.reportsDrain = false
            drained.append(stream)
        }
    }
}
