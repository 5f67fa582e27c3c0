internal import COpenSSL

/// OpenSSL's way to the bytes of a session: what it reads lies in the caller's buffer, what it writes goes
/// straight to where the session wants it. Nothing is copied twice, and nothing is kept between calls.
enum SessionBytes {
    // Written once by the initialiser and only read by OpenSSL after that.
    nonisolated(unsafe) private static let method: OpaquePointer = {
        guard
            let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "synod session")
        else { preconditionFailure("no memory for TLS") }
        BIO_meth_set_read(method) { bio, target, count in
            guard let bio, let target, let data = BIO_get_data(bio) else { return -1 }
            copenssl_clear_retry(bio)
            let taken = Unmanaged<TLSSession>.fromOpaque(data)._withUnsafeGuaranteedRef {
                $0.give(UnsafeMutableRawPointer(target), Int(count))
            }
            if taken == 0 {
                copenssl_retry_read(bio)
                return -1
            }
            return Int32(taken)
        }
        BIO_meth_set_write(method) { bio, source, count in
            guard let bio, let source, let data = BIO_get_data(bio) else { return -1 }
            copenssl_clear_retry(bio)
            Unmanaged<TLSSession>.fromOpaque(data)._withUnsafeGuaranteedRef {
                $0.take(UnsafeRawBufferPointer(start: source, count: Int(count)))
            }
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in
            // There is nothing to flush: what is written has gone already.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return method
    }()

    /// The reader and writer of `session`, which must outlive it. The caller owns it.
    static func make(for session: TLSSession) -> OpaquePointer {
        guard let bio = BIO_new(method) else { preconditionFailure("no memory for TLS") }
        BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }
}
