import EventLoops
import Glibc

/// Watches that nothing happens to, for whoever looks at the servers meanwhile: prints a line when they are there, and
/// stays for the seconds that were asked for.
final class Holding: LoadRun {
    private let loop: EventLoop
    private let options: Options
    private let watches: Watches

    init(loop: EventLoop, options: Options) {
        self.loop = loop
        self.options = options
        watches = Watches(loop: loop, options: options, isShared: false)
    }

    func start() {
        watches.open { [unowned self] in
            print("\(options.watchers) watchers on \(options.streams) streams")
            fflush(nil)
            loop.schedule(afterMilliseconds: UInt64(options.seconds) * 1_000) { [unowned self] in
                loop.stop()
            }
        }
    }

    func report() { print("\(watches.failures) failures") }
}
