import EventLoops
import Glibc

/// A closed loop of clients against servers of the etcd v3 API: each has one operation in flight.
/// Prints operations a second, latencies, and the CPU time of the servers per operation.
@main
enum Main {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let loop = EventLoop()
            let load = try Load(loop: loop, options: options)
            load.start()
            loop.run()
            load.report()
        } catch {
            complain((error as? UsageError)?.message ?? "\(error)")
            exit(2)
        }
    }
}
