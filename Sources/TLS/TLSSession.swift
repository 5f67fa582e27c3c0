package import Basics
internal import COpenSSL

/// TLS over one connection, without any I/O: ciphertext in, plaintext out, and the other way round.
///
/// First `handshake` until it says `.open`, then `receive` and `seal`. What OpenSSL itself has to say
/// (handshake, alerts) waits in `pending` until `drain` or `seal` takes it along.
package final class TLSSession {
    /// How far a handshake has come.
    package enum Progress: Equatable, Sendable {
        /// The other side must speak next.
        case waiting
        case open
        /// It is over; `error` says why. What is pending is an alert for the other side.
        case refused
    }

    package let context: TLSContext
    package private(set) var isOpen = false
    /// The other side has said that it will send nothing more.
    package private(set) var hasInputEnded = false
    /// Why it ended.
    package private(set) var error: TLSError?
    /// Verified; nil if none was asked for, or the session is not open.
    package private(set) var peer: PeerCertificate?

    private let ssl: OpaquePointer
    private let scratch: TLSScratch
    private let address: String
    private var source = UnsafeRawBufferPointer(start: nil, count: 0)
    private let pending = ByteQueue()
    private unowned(unsafe) var target: ByteQueue?

    /// - Parameters:
    ///   - host: whom a client means to reach; its name or address must be in the server's certificate.
    ///   - address: the other side's, a number.
    package init(
        _ context: TLSContext, scratch: TLSScratch, host: String? = nil, address: String
    ) {
        guard let ssl = SSL_new(context.raw) else { preconditionFailure("no memory for TLS") }
        self.context = context
        self.ssl = ssl
        self.scratch = scratch
        self.address = address
        let bytes = SessionBytes.make(for: self)
        // One reference for both directions, which OpenSSL takes over.
        SSL_set_bio(ssl, bytes, bytes)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        if context.role == .server {
            SSL_set_accept_state(ssl)
        } else {
            SSL_set_connect_state(ssl)
            if let host { expect(host) }
        }
    }

    deinit { SSL_free(ssl) }

    /// Bytes that OpenSSL has to say, not yet taken.
    package var pendingBytes: Int { pending.count }

    /// The version that is spoken, as `TLSv1.3`.
    package var version: String { String(cString: SSL_get_version(ssl)) }

    // MARK: Handshake

    /// Goes on with the handshake, with `bytes` from the other side (none to begin with, as a client).
    /// Those behind `taken` belong to `receive`.
    package func handshake(_ bytes: UnsafeRawBufferPointer, taken: inout Int) -> Progress {
        guard error == nil else { return .refused }
        ERR_clear_error()
        source = bytes
        let result = SSL_do_handshake(ssl)
        taken = bytes.count - source.count
        source = UnsafeRawBufferPointer(start: nil, count: 0)
        if result == 1 {
            isOpen = true
            readPeer()
            return .open
        }
        return note(result) ? .waiting : .refused
    }

    private func readPeer() {
        guard SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER != 0,
            let certificate = SSL_get1_peer_certificate(ssl)
        else { return }
        peer = PeerCertificate(certificate, address: address)
        X509_free(certificate)
    }

    private func expect(_ host: String) {
        let rules = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(rules, copenssl_host_flags())
        // A name that is a number is an address in certificates, and none in the handshake.
        if X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1 { return }
        ERR_clear_error()
        let isSet = SSL_set1_host(ssl, host) == 1 && copenssl_set_server_name(ssl, host) == 1
        if !isSet { error = .failed("\"\(host)\" is no name of a host") }
    }

    // MARK: Bytes

    /// Takes ciphertext and delivers what is in it, record by record; each is valid during the call only.
    /// False: the connection cannot go on.
    package func receive(
        _ bytes: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        ERR_clear_error()
        source = bytes
        defer { source = UnsafeRawBufferPointer(start: nil, count: 0) }
        while true {
            let count = SSL_read(ssl, scratch.record.baseAddress, Int32(scratch.record.count))
            guard count > 0 else { return note(count) }
            deliver(UnsafeRawBufferPointer(rebasing: scratch.record[..<Int(count)]))
        }
    }

    /// Appends what OpenSSL has to say to `output`.
    package func drain(into output: ByteQueue) {
        guard !pending.isEmpty else { return }
        output.append(pending.bytes)
        pending.removeAll()
        pending.releaseMemory(above: Limits.pendingBytesKept)
    }

    /// Appends the ciphertext of `plain` to `output`. False: the connection cannot go on.
    package func seal(_ plain: UnsafeRawBufferPointer, into output: ByteQueue) -> Bool {
        drain(into: output)
        guard plain.count > 0 else { return true }
        ERR_clear_error()
        target = output
        defer { target = nil }
        let count = SSL_write(ssl, plain.baseAddress, Int32(plain.count))
        return count == Int32(plain.count) || note(count)
    }

    /// Appends the word that nothing more will be sent.
    package func sayGoodbye(into output: ByteQueue) {
        drain(into: output)
        guard isOpen, error == nil else { return }
        ERR_clear_error()
        target = output
        SSL_shutdown(ssl)
        target = nil
        ERR_clear_error()
    }

    /// Whether it can go on after a call that did not succeed.
    private func note(_ result: Int32) -> Bool {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return true
        case SSL_ERROR_ZERO_RETURN:
            hasInputEnded = true
            return true
        default: break
        }
        error = failure()
        return false
    }

    private func failure() -> TLSError {
        if copenssl_is_plain_http(ERR_peek_error()) == 1 {
            ERR_clear_error()
            return .plainHTTP
        }
        let result = SSL_get_verify_result(ssl)
        let reason = TLSError.reason()
        guard result != X509_V_OK, let text = X509_verify_cert_error_string(result) else {
            return .failed(reason)
        }
        return .failed("\(reason): \(String(cString: text))")
    }

    // MARK: Called by OpenSSL

    /// Moves up to `count` bytes from the other side to `memory`.
    func give(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let taken = min(count, source.count)
        guard taken > 0, let start = source.baseAddress else { return 0 }
        memory.copyMemory(from: start, byteCount: taken)
        source = UnsafeRawBufferPointer(rebasing: source[taken...])
        return taken
    }

    func take(_ bytes: UnsafeRawBufferPointer) { (target ?? pending).append(bytes) }
}
