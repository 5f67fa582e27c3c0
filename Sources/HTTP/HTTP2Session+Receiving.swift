internal import CNghttp2

// What nghttp2 reports while it takes bytes.
extension HTTP2Session {
    func beganHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        hasOpenHeaders = true
        headerBlockBytes = 0
        headerStream = nil
        let id = frame.pointee.hd.stream_id
        if role == .client {
            guard let stream = stream(id)?.takeUnretainedValue() else { return 0 }
            stream.headers.removeAll()
            headerStream = Unmanaged.passUnretained(stream)
        } else if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            check = HeaderCheck(isTrailer: false)
            let stream = pool.take()
            insert(stream, id: id)
            nghttp2_session_set_stream_user_data(
                raw, id, Unmanaged.passUnretained(stream).toOpaque())
            headerStream = Unmanaged.passUnretained(stream)
        } else {
            check = HeaderCheck(isTrailer: true)
        }
        return 0
    }

    /// A server counts data in crumbs before it looks for their stream: of one that is over it hears no more.
    func began(_ frame: UnsafePointer<nghttp2_frame_hd>) -> Int32 {
        guard frame.pointee.length < Limits.usefulDataBytes,
            frame.pointee.type == UInt8(NGHTTP2_DATA.rawValue),
            frame.pointee.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) == 0
        else { return 0 }
        return spend(1)
    }

    func received(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Int32 {
        if role == .server { check.take(name, value) }
        guard !isWithoutUse(name) else { return 0 }
        headerBlockBytes += name.count + value.count + 32
        // Refused politely up to here; a few bytes of HPACK can stand for any number of these.
        guard headerBlockBytes <= Limits.headerBlocksPerLimit * settings.headerBytesMax else {
            return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        return headerStream?._withUnsafeGuaranteedRef { stream in
            guard !stream.hasTooLargeHeaders else { return 0 }
            let size = name.count + value.count + 32
            guard stream.headers.countedBytes + size > settings.headerBytesMax else {
                stream.headers.append(name, value)
                return 0
            }
            stream.hasTooLargeHeaders = true
            return spend(Limits.invalidFrameCost)
        } ?? 0
    }

    func received(data: UnsafeRawBufferPointer, id: Int32, flags: UInt8) -> Int32 {
        hasHeard = true
        let isLast = flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        return stream(id)?._withUnsafeGuaranteedRef { stream in
            guard !stream.isMalformed else { return 0 }
            if stream.bodyBytesLeft >= 0 {
                guard stream.bodyBytesLeft >= data.count else { return refuse(stream) }
                stream.bodyBytesLeft -= data.count
            }
            handler?.data(data, of: stream, isLast: isLast)
            return 0
        } ?? 0
    }

    /// Ends a stream whose request is malformed.
    private func refuse(_ stream: HTTP2Stream) -> Int32 {
        stream.isMalformed = true
        reset(stream, .protocolError)
        return spend(Limits.invalidFrameCost)
    }

    func received(frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        hasHeard = true
        let header = frame.pointee.hd
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_HEADERS: return receivedHeaders(frame)
        case NGHTTP2_DATA: return receivedDataEnd(header)
        case NGHTTP2_SETTINGS:
            guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else { return 0 }
            hasSettings = true
            return spend(1)
        case NGHTTP2_PING:
            guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else {
                handler?.pingAnswered()
                return 0
            }
            handler?.pingReceived()
            return spend(1)
        case NGHTTP2_RST_STREAM, NGHTTP2_PRIORITY: return spend(1)
        case NGHTTP2_WINDOW_UPDATE:
            // Who reads much updates often; who was sent nothing has nothing to update.
            guard role == .server else { return 0 }
            guard windowCredit == 0 else {
                windowCredit -= 1
                return 0
            }
            return spend(1)
        case NGHTTP2_GOAWAY:
            let goAway = frame.pointee.goaway
            handler?.goAwayReceived(
                lastStreamID: goAway.last_stream_id, errorCode: goAway.error_code)
        default: break
        }
        return 0
    }

    /// Takes `cost` from the budget of frames without use; ends the connection when it is spent.
    func spend(_ cost: Int) -> Int32 {
        let before = nuisanceBudget
        nuisanceBudget -= cost
        if before > 0 && nuisanceBudget <= 0 { terminate(.enhanceYourCalm) }
        return 0
    }

    private func receivedHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        hasOpenHeaders = false
        let header = frame.pointee.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        let isTrailer = role == .server && frame.pointee.headers.cat != NGHTTP2_HCAT_REQUEST
        let found = isTrailer ? stream(header.stream_id) : headerStream
        headerStream = nil
        guard let stream = found?.takeUnretainedValue(), !stream.isMalformed else { return 0 }
        if role == .server, !isSound(stream, isTrailer: isTrailer, endsStream: endsStream) {
            return refuse(stream)
        }
        if endsStream { stream.hasInputEnded = true }
        if !isTrailer { handler?.headers(of: stream) }
        if endsStream, stream.isOpen, stream.streamID == header.stream_id {
            handler?.inputEnded(of: stream)
        }
        return 0
    }

    /// Whether the header block that has ended, and with it perhaps the request, is as it should be.
    private func isSound(_ stream: HTTP2Stream, isTrailer: Bool, endsStream: Bool) -> Bool {
        if !isTrailer { stream.bodyBytesLeft = check.contentLength }
        guard check.isSound(endsStream: endsStream) else { return false }
        return !endsStream || stream.bodyBytesLeft <= 0
    }

    private func receivedDataEnd(_ header: nghttp2_frame_hd) -> Int32 {
        guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else {
            return role == .client && header.length == 0 ? spend(1) : 0
        }
        return stream(header.stream_id)?._withUnsafeGuaranteedRef { stream in
            guard !stream.isMalformed else { return 0 }
            guard stream.bodyBytesLeft <= 0 else { return refuse(stream) }
            // The owner may have seen the end coming with the last piece.
            guard !stream.hasInputEnded else { return 0 }
            stream.hasInputEnded = true
            handler?.inputEnded(of: stream)
            return 0
        } ?? 0
    }

    /// The scheme and `te` say the same in every request that we take: not worth their keep.
    private func isWithoutUse(_ name: UnsafeRawBufferPointer) -> Bool {
        guard role == .server else { return false }
        switch name.count {
        case 2: return name[0] == UInt8(ascii: "t") && name[1] == UInt8(ascii: "e")
        case 7: return name[0] == UInt8(ascii: ":") && name[1] == UInt8(ascii: "s")
        default: return false
        }
    }

    private func stream(_ id: Int32) -> Unmanaged<HTTP2Stream>? {
        if let known = dataStream, dataStreamID == id { return known }
        guard let data = nghttp2_session_get_stream_user_data(raw, id) else { return nil }
        let stream = Unmanaged<HTTP2Stream>.fromOpaque(data)
        dataStream = stream
        dataStreamID = id
        return stream
    }
}
