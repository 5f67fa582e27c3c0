internal import Basics
internal import CLLHTTP

/// Gathers whole requests from bytes, with llhttp.
final class HTTP1Parser {
    /// What a piece of input has brought about.
    enum Event {
        /// All was taken, and no request is complete.
        case needsMore
        /// The client waits for `100 Continue` before it sends the body.
        case wantsBody
        /// The head of a request is complete, whose body comes in pieces.
        case head(HTTP1Request, keepsAlive: Bool, isVersion10: Bool, wantsBody: Bool)
        /// A request is complete.
        case request(HTTP1Request, keepsAlive: Bool, isVersion10: Bool)
        /// The body that came in pieces is complete.
        case bodyEnded
        /// The request cannot be taken; the connection must end after the answer.
        case refused(status: Int)
    }

    /// Whether the first byte of a request has come, and not its last.
    private(set) var isInsideRequest = false

    private let raw = UnsafeMutablePointer<llhttp_t>.allocate(capacity: 1)
    private let headerBytesMax: Int
    private let bodyReading: (_ method: String, _ target: String) -> BodyReading
    private let target = ByteQueue()
    private let name = ByteQueue()
    private let value = ByteQueue()
    private let body = ByteQueue()
    private var headers: [(String, String)] = []
    private var headerBytes = 0
    private var bodyBytesMax = 0
    private var refusal: Int?
    private var isComplete = false
    private var isWaiting = false
    private var keepsAlive = false
    private var isInPieces = false
    private var isAtHead = false
    private var asksUpgrade = false

    /// Requests with more than `headerBytesMax` of headers are refused; `bodyReading` says for each
    /// method and target how its body is read.
    init(headerBytesMax: Int, bodyReading: @escaping (String, String) -> BodyReading) {
        self.headerBytesMax = headerBytesMax
        self.bodyReading = bodyReading
        llhttp_init(raw, HTTP_REQUEST, Self.callbacks)
        raw.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { raw.deallocate() }

    /// Takes from `bytes` what belongs to the present request. Returns how many bytes that was.
    func parse(_ bytes: UnsafeRawBufferPointer) -> (taken: Int, event: Event) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let result = llhttp_execute(raw, start, bytes.count)
        if let refusal { return (bytes.count, .refused(status: refusal)) }
        switch result {
        case HPE_OK: return (bytes.count, .needsMore)
        case HPE_PAUSED:
            let taken = start.map { llhttp_get_error_pos(raw) - $0 } ?? 0
            llhttp_resume(raw)
            return (taken, paused())
        default: return (bytes.count, .refused(status: 400))
        }
    }

    /// Gives what has come of a body in pieces to `action`, once.
    func takePiece(_ action: (UnsafeRawBufferPointer) -> Void) {
        guard isInPieces, !body.isEmpty else { return }
        action(body.bytes)
        body.removeAll()
        body.releaseMemory(above: Limits.pooledBufferBytesMax)
    }

    private func paused() -> Event {
        let wantsBody = isWaiting
        isWaiting = false
        if isAtHead {
            isAtHead = false
            return .head(
                request, keepsAlive: keepsAlive, isVersion10: isVersion10, wantsBody: wantsBody)
        }
        guard isComplete else { return .wantsBody }
        isInsideRequest = false
        return isInPieces ? .bodyEnded : finish()
    }

    private func finish() -> Event {
        let request = request
        body.removeAll()
        body.releaseMemory(above: Limits.pooledBufferBytesMax)
        return .request(request, keepsAlive: keepsAlive, isVersion10: isVersion10)
    }

    private var request: HTTP1Request {
        HTTP1Request(
            method: method, target: String(decoding: target.bytes, as: UTF8.self),
            headers: headers, body: isInPieces ? [] : Array(body.bytes), hasOpenBody: isInPieces,
            asksUpgrade: asksUpgrade)
    }

    private var method: String {
        String(cString: llhttp_method_name(llhttp_method(UInt32(raw.pointee.method))))
    }

    /// Whether the fields that come lie behind the body.
    private var isTrailer: Bool {
        UInt32(raw.pointee.flags) & UInt32(F_TRAILING.rawValue) != 0
    }

    private var isVersion10: Bool { raw.pointee.http_major == 1 && raw.pointee.http_minor == 0 }

    /// Whether a body follows, by the head.
    private var hasBody: Bool {
        let isChunked = UInt32(raw.pointee.flags) & UInt32(F_CHUNKED.rawValue) != 0
        return isChunked || (raw.pointee.content_length != 0 && raw.pointee.content_length != .max)
    }

    // MARK: Told by llhttp. 0: go on; -1: stop, `refusal` says why.

    fileprivate func begin() -> Int32 {
        isInsideRequest = true
        isComplete = false
        isWaiting = false
        isInPieces = false
        isAtHead = false
        headers = []
        headerBytes = 0
        target.removeAll()
        name.removeAll()
        value.removeAll()
        body.removeAll()
        return 0
    }

    fileprivate func gather(_ bytes: UnsafeRawBufferPointer, in part: Part) -> Int32 {
        headerBytes += bytes.count
        guard headerBytes <= headerBytesMax else { return refuse(431) }
        switch part {
        case .target: target.append(bytes)
        case .name: name.append(bytes)
        case .value: value.append(bytes)
        }
        return 0
    }

    fileprivate func endField() -> Int32 {
        headerBytes += 32
        defer {
            name.removeAll()
            value.removeAll()
        }
        // llhttp is built to be lenient about blanks in names, which proxies read in other ways.
        guard name.bytes.allSatisfy(Self.isNameByte) else { return refuse(400) }
        // A field behind the body is none of the request's head (RFC 9110, 6.5.1): who looked at the head on the way
        // here has not seen it.
        if !isTrailer {
            let field = String(decoding: name.bytes, as: UTF8.self).lowercased()
            headers.append((field, String(decoding: value.bytes, as: UTF8.self)))
        }
        return headerBytes <= headerBytesMax ? 0 : refuse(431)
    }

    fileprivate func endHeaders() -> Int32 {
        // Whether the protocol changes is for the answer to say: until then the bytes are HTTP/1.1 still.
        asksUpgrade = raw.pointee.upgrade != 0 && !isVersion10
        raw.pointee.upgrade = 0
        guard raw.pointee.http_major == 1 else { return refuse(505) }
        let hosts = headers.count { $0.0 == "host" }
        guard hosts == 1 || (hosts == 0 && raw.pointee.http_minor == 0) else { return refuse(400) }
        planBody()
        if raw.pointee.content_length > UInt64(bodyBytesMax) && raw.pointee.content_length != .max {
            return refuse(413)
        }
        // HTTP/1.0 knows no interim answers (RFC 9110, 10.1.1).
        if !isVersion10, let expected = headers.first(where: { $0.0 == "expect" })?.1 {
            guard expected.lowercased() == "100-continue" else { return refuse(417) }
            isWaiting = true
        }
        isAtHead = isInPieces
        keepsAlive = llhttp_should_keep_alive(raw) != 0
        return isWaiting || isAtHead ? Int32(HPE_PAUSED.rawValue) : 0
    }

    private func planBody() {
        switch bodyReading(method, String(decoding: target.bytes, as: UTF8.self)) {
        case .whole(let bytesMax): bodyBytesMax = bytesMax
        case .inPieces:
            isInPieces = hasBody
            bodyBytesMax = .max
        }
    }

    fileprivate func gatherBody(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard bytes.count <= bodyBytesMax - body.count else { return refuse(413) }
        body.append(bytes)
        return 0
    }

    fileprivate func end() -> Int32 {
        isComplete = true
        keepsAlive = llhttp_should_keep_alive(raw) != 0
        return Int32(HPE_PAUSED.rawValue)
    }

    /// The bytes of a field name (RFC 9110, 5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private func refuse(_ status: Int) -> Int32 {
        refusal = status
        return -1
    }

    fileprivate enum Part { case target, name, value }

    // Written once by the initialiser and only read by llhttp after that.
    nonisolated(unsafe) private static let callbacks: UnsafeMutablePointer<llhttp_settings_t> = {
        let table = UnsafeMutablePointer<llhttp_settings_t>.allocate(capacity: 1)
        llhttp_settings_init(table)
        table.pointee.on_message_begin = { parser($0).begin() }
        table.pointee.on_url = { parser($0).gather(bytes($1, $2), in: .target) }
        table.pointee.on_header_field = { parser($0).gather(bytes($1, $2), in: .name) }
        table.pointee.on_header_value = { parser($0).gather(bytes($1, $2), in: .value) }
        table.pointee.on_header_value_complete = { parser($0).endField() }
        table.pointee.on_headers_complete = { parser($0).endHeaders() }
        table.pointee.on_body = { parser($0).gatherBody(bytes($1, $2)) }
        table.pointee.on_message_complete = { parser($0).end() }
        return table
    }()
}

/// The parser behind a callback's context.
private func parser(_ raw: UnsafeMutablePointer<llhttp_t>?) -> HTTP1Parser {
    guard let data = raw?.pointee.data else { preconditionFailure("a parser without its owner") }
    return Unmanaged<HTTP1Parser>.fromOpaque(data).takeUnretainedValue()
}

private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count)
}
