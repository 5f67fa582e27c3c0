internal import Authentication
internal import Transport

extension Caller {
    /// What the call says of who makes it.
    var bearer: Bearer {
        switch self {
        case .grpc(let call, _): Bearer(call)
        case .gateway(let call): call.bearer
        }
    }
}

extension Bearer {
    init(_ call: UnaryCall) {
        let token = call.metadata("token")
        self.init(
            token: token, authorization: token == nil ? call.metadata("authorization") : nil,
            certificateName: call.peerCommonName)
    }

    init(_ stream: ServerStream) {
        self.init(
            token: stream.metadata("token"), authorization: stream.metadata("authorization"),
            certificateName: stream.peerCommonName)
    }

    /// A request over plain HTTP: a certificate says nothing there of who asks, as in etcd.
    init(_ exchange: HTTPExchange) {
        self.init(
            token: exchange.header("grpc-metadata-token"),
            authorization: exchange.header("authorization"))
    }
}
