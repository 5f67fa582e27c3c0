internal import CLibuv

/// Resolves a name and connects to the first of its addresses that answers, within a time.
final class TCPConnector {
    private weak var connection: TCPConnection?
    private let port: UInt16
    private var timer: LoopTimer?
    private var isDone = false
    /// Addresses of the name that were not tried yet.
    private var candidates: [sockaddr_storage] = []

    /// Tries `hosts` in order if they are numeric; a single one may be a name.
    init(connection: TCPConnection, hosts: [String], port: UInt16, timeoutMilliseconds: UInt64) {
        self.connection = connection
        self.port = port
        timer = connection.loop.schedule(afterMilliseconds: timeoutMilliseconds) { [weak self] in
            self?.end(.failure(.timedOut))
        }
        candidates = hosts.compactMap { SocketAddress.parse(host: $0, port: port) }
        if !candidates.isEmpty {
            connect(to: candidates.removeFirst())
        } else if let name = hosts.first {
            resolve(name)
        }
    }

    /// Gives up without telling.
    func cancel() {
        isDone = true
        timer?.cancel()
        timer = nil
    }

    private func resolve(_ host: String) {
        guard let loop = connection?.loop else { return }
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let result = uv_getaddrinfo(
            loop.raw, request,
            { request, status, found in
                guard let request, let data = request.pointee.data else { return }
                let connector = Unmanaged<TCPConnector>.fromOpaque(data).takeRetainedValue()
                connector.didResolve(status, found)
                uv_freeaddrinfo(found)
                request.deallocate()
            }, host, nil, &hints)
        if result < 0 {
            Unmanaged.passUnretained(self).release()
            request.deallocate()
            endLater(LoopError(code: result))
        }
    }

    private func didResolve(_ status: Int32, _ found: UnsafeMutablePointer<addrinfo>?) {
        guard status == 0 else { return end(.failure(LoopError(code: status))) }
        var next = found
        while let entry = next, candidates.count < Limits.addressesMax {
            if let address = copy(entry.pointee) { candidates.append(address) }
            next = entry.pointee.ai_next
        }
        guard !candidates.isEmpty else {
            return end(.failure(LoopError(code: UV_EAI_NONAME.rawValue)))
        }
        connect(to: candidates.removeFirst())
    }

    /// The address of an entry, with our port.
    private func copy(_ entry: addrinfo) -> sockaddr_storage? {
        SocketAddress.storage(entry).flatMap(SocketAddress.numericHost).flatMap {
            SocketAddress.parse(host: $0, port: port)
        }
    }

    /// Tries the next address, if there is one.
    private func failed(_ error: LoopError) {
        guard !isDone, !candidates.isEmpty, let connection else { return end(.failure(error)) }
        connection.replaceHandle()
        connect(to: candidates.removeFirst())
    }

    private func connect(to address: sockaddr_storage) {
        guard !isDone, let connection else { return }
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let result = SocketAddress.withPointer(address) {
            uv_tcp_connect(request, connection.tcp, $0) { request, status in
                guard let request, let data = request.pointee.data else { return }
                let connector = Unmanaged<TCPConnector>.fromOpaque(data).takeRetainedValue()
                request.deallocate()
                if status == 0 {
                    connector.end(.success(()))
                } else {
                    connector.failed(LoopError(code: status))
                }
            }
        }
        if result < 0 {
            Unmanaged.passUnretained(self).release()
            request.deallocate()
            endLater(LoopError(code: result))
        }
    }

    /// Reports a failure that showed at once, but not from within the caller's own call.
    private func endLater(_ error: LoopError) {
        connection?.loop.schedule(afterMilliseconds: 0) { self.failed(error) }
    }

    private func end(_ result: Result<Void, LoopError>) {
        guard !isDone else { return }
        cancel()
        connection?.didConnect(result)
    }
}
