internal import CLibuv

/// Resolves a name and connects, within a time.
final class TCPConnector {
    private weak var connection: TCPConnection?
    private let port: UInt16
    private var timer: LoopTimer?
    private var isDone = false

    init(connection: TCPConnection, host: String, port: UInt16, timeoutMilliseconds: UInt64) {
        self.connection = connection
        self.port = port
        timer = connection.loop.schedule(afterMilliseconds: timeoutMilliseconds) { [weak self] in
            self?.end(.failure(.timedOut))
        }
        if let address = SocketAddress.parse(host: host, port: port) {
            connect(to: address)
        } else {
            resolve(host)
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
        guard status == 0, let found, let address = found.pointee.ai_addr else {
            end(.failure(LoopError(code: status == 0 ? UV_EAI_NONAME.rawValue : status)))
            return
        }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(
                from: UnsafeRawBufferPointer(
                    start: address, count: min(Int(found.pointee.ai_addrlen), $0.count)))
        }
        let name = SocketAddress.numericHost(storage)
        guard let name, let target = SocketAddress.parse(host: name, port: port) else {
            end(.failure(LoopError(code: UV_EAI_NONAME.rawValue)))
            return
        }
        connect(to: target)
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
                connector.end(
                    status == 0 ? .success(()) : .failure(LoopError(code: status)))
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
        connection?.loop.schedule(afterMilliseconds: 0) { self.end(.failure(error)) }
    }

    private func end(_ result: Result<Void, LoopError>) {
        guard !isDone else { return }
        cancel()
        connection?.didConnect(result)
    }
}
