import EventLoops
import Glibc

/// Clients against servers of the etcd v3 API: closed loops of puts and gets, watches, and leases.
/// Prints operations a second, latencies, and the CPU time of the servers per operation.
@main
enum Main {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let loop = EventLoop()
            let run = try makeRun(loop, options)
            run.start()
            loop.run()
            run.report()
            // Nobody needs to hear that the connections end.
            fflush(nil)
            exit(0)
        } catch {
            complain((error as? UsageError)?.message ?? "\(error)")
            exit(2)
        }
    }

    private static func makeRun(_ loop: EventLoop, _ options: Options) throws -> any LoadRun {
        switch options.workload {
        case .put, .get, .sessionPut, .fill: try Load(loop: loop, options: options)
        case .watch: WatchLoad(loop: loop, options: options)
        case .hold: Holding(loop: loop, options: options)
        case .keepAlive: KeepAliveLoad(loop: loop, options: options)
        case .expire: ExpiryLoad(loop: loop, options: options)
        }
    }
}
