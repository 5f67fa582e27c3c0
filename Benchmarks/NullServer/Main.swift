import EventLoops
import GRPC
import Transport

/// Answers Put, Txn and Range at once with a constant, echoes /null.Echo/{Say,Talk}, and stores nothing:
/// what the transport alone costs. Usage: NullServer [port], then any gRPC or HTTP load generator.
@main
enum Main {
    static func main() throws {
        let port = CommandLine.arguments.count > 1 ? UInt16(CommandLine.arguments[1]) ?? 0 : 0
        let loop = EventLoop()
        let router = Router()
        let header: [UInt8] = [0x0a, 0x02, 0x18, 0x01]
        for method in ["Put", "Txn"] {
            router.register(unary: "/etcdserverpb.KV/\(method)") { call, _ in
                call.reply(size: header.count) { $0.copyBytes(from: header) }
            }
        }
        let range =
            [0x12, 0x86, 0x02, 0x0a, 0x01, 0x6b, 0x2a, 0x80, 0x02]
            + [UInt8](repeating: 0x76, count: 256) + [0x20, 0x01]
        router.register(unary: "/etcdserverpb.KV/Range") { call, _ in
            call.reply(size: range.count) { $0.copyBytes(from: range) }
        }
        router.register(unary: "/null.Echo/Say") { call, message in call.reply([UInt8](message)) }
        router.register(stream: "/null.Echo/Talk") { stream in
            stream.onMessage = { stream.send([UInt8]($0)) }
            stream.onHalfClose = { stream.finish() }
        }
        router.http { exchange in
            exchange.respond(
                status: 200, headers: [("content-type", "application/json")], body: exchange.body)
        }
        let server = Server(
            loop: loop, configuration: ServerConfiguration(host: "127.0.0.1", port: port),
            router: router)
        try server.start()
        print("listening on \(server.ports[0])")
        loop.run()
    }
}
