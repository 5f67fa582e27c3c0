internal import CLibuv

/// Looks names up on libuv's threads. Each completion is called once, later, on the loop.
package enum NameLookup {
    /// The numeric addresses of `name`, at most `Limits.addressesMax`; none if it has none.
    package static func addresses(
        of name: String, loop: EventLoop, completion: @escaping ([String]) -> Void
    ) {
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        request.pointee.data = Unmanaged.passRetained(Waiting(completion)).toOpaque()
        let result = uv_getaddrinfo(
            loop.raw, request,
            { request, _, found in
                guard let request, let data = request.pointee.data else { return }
                request.deallocate()
                let waiting = Unmanaged<Waiting<[String]>>.fromOpaque(data).takeRetainedValue()
                let addresses = NameLookup.addresses(found)
                uv_freeaddrinfo(found)
                waiting.completion(addresses)
            }, name, nil, &hints)
        guard result < 0, let data = request.pointee.data else { return }
        request.deallocate()
        fail(data, with: [], loop)
    }

    /// The name of a numeric address; nil if it has none.
    package static func name(
        of address: String, loop: EventLoop, completion: @escaping (String?) -> Void
    ) {
        guard let socket = SocketAddress.parse(host: address, port: 0) else {
            loop.schedule(afterMilliseconds: 0) { completion(nil) }
            return
        }
        let request = UnsafeMutablePointer<uv_getnameinfo_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(Waiting(completion)).toOpaque()
        let result = SocketAddress.withPointer(socket) {
            uv_getnameinfo(
                loop.raw, request,
                { request, status, name, _ in
                    guard let request, let data = request.pointee.data else { return }
                    let waiting = Unmanaged<Waiting<String?>>.fromOpaque(data).takeRetainedValue()
                    let found = status == 0 ? name.map { String(cString: $0) } : nil
                    request.deallocate()
                    waiting.completion(found)
                }, $0, NI_NAMEREQD)
        }
        guard result < 0, let data = request.pointee.data else { return }
        request.deallocate()
        fail(data, with: String?.none, loop)
    }

    private final class Waiting<Answer> {
        let completion: (Answer) -> Void
        init(_ completion: @escaping (Answer) -> Void) { self.completion = completion }
    }

    private static func fail<Answer>(
        _ data: UnsafeMutableRawPointer, with answer: Answer, _ loop: EventLoop
    ) {
        let waiting = Unmanaged<Waiting<Answer>>.fromOpaque(data).takeRetainedValue()
        loop.schedule(afterMilliseconds: 0) { waiting.completion(answer) }
    }

    private static func addresses(_ first: UnsafeMutablePointer<addrinfo>?) -> [String] {
        var addresses: [String] = []
        var next = first
        while let entry = next, addresses.count < Limits.addressesMax {
            let host = SocketAddress.storage(entry.pointee).flatMap(SocketAddress.numericHost)
            if let host { addresses.append(host) }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
