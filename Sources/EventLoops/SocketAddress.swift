internal import CLibuv

/// Numeric addresses to and from the C structures.
enum SocketAddress {
    /// The structure for a numeric IPv4 or IPv6 `host`, or nil if it is a name. `localhost` counts as
    /// 127.0.0.1, whatever the resolver of this machine thinks of it (RFC 6761, 6.3).
    static func parse(host name: String, port: UInt16) -> sockaddr_storage? {
        let host = name == "localhost" ? "127.0.0.1" : name
        var storage = sockaddr_storage()
        let parsed = withUnsafeMutablePointer(to: &storage) { pointer -> Bool in
            let raw = UnsafeMutableRawPointer(pointer)
            if uv_ip4_addr(host, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self)) == 0 {
                return true
            }
            return uv_ip6_addr(host, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
                == 0
        }
        return parsed ? storage : nil
    }

    /// Calls `body` with the structure as the C functions take it.
    static func withPointer<Result>(
        _ storage: sockaddr_storage, _ body: (UnsafePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafePointer(to: storage) {
            body(UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self))
        }
    }

    /// A copy of what a look-up found.
    static func storage(_ entry: addrinfo) -> sockaddr_storage? {
        guard let address = entry.ai_addr else { return nil }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            let count = min(Int(entry.ai_addrlen), $0.count)
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
        }
        return storage
    }

    /// `127.0.0.1:2379` or `[::1]:2379`; empty for other kinds of address.
    static func text(_ storage: sockaddr_storage) -> String {
        guard let port = port(storage), let host = numericHost(storage) else { return "" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// `127.0.0.1` or `::1`; nil for other kinds of address. An address of version 4 that came to a socket of version 6
    /// is written as what it is (RFC 4291, 2.5.5.2): certificates name it so.
    static func numericHost(_ storage: sockaddr_storage) -> String? {
        guard port(storage) != nil else { return nil }
        let isVersion6 = Int32(storage.ss_family) == AF_INET6
        var name = [CChar](repeating: 0, count: 64)
        withUnsafePointer(to: storage) { pointer in
            let raw = UnsafeRawPointer(pointer)
            if isVersion6 {
                uv_ip6_name(raw.assumingMemoryBound(to: sockaddr_in6.self), &name, name.count)
            } else {
                uv_ip4_name(raw.assumingMemoryBound(to: sockaddr_in.self), &name, name.count)
            }
        }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        let isMapped = text.hasPrefix(mappedPrefix) && text.contains(".")
        return isMapped ? String(text.dropFirst(mappedPrefix.count)) : text
    }

    private static let mappedPrefix = "::ffff:"

    /// The port, or nil for other kinds of address.
    static func port(_ storage: sockaddr_storage) -> UInt16? {
        withUnsafePointer(to: storage) { pointer in
            let raw = UnsafeRawPointer(pointer)
            switch Int32(storage.ss_family) {
            case AF_INET:
                return UInt16(
                    bigEndian: raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port)
            case AF_INET6:
                return UInt16(
                    bigEndian: raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_port)
            default: return nil
            }
        }
    }
}
