import Glibc

/// A span of time and the CPU time that servers, and the generator itself, used in it.
struct Measurement {
    private var pids: [Int32] = []
    private var startedAt: UInt64 = 0
    private var endedAt: UInt64 = 0
    private var before: [ProcessTime] = []
    private var after: [ProcessTime] = []

    var seconds: Double { Double(endedAt - startedAt) / 1e9 }

    mutating func begin(_ options: Options, now: UInt64) {
        pids = options.pids + [getpid()]
        before = pids.map(ProcessTime.init(of:))
        startedAt = now
    }

    mutating func end(now: UInt64) {
        endedAt = now
        after = pids.map(ProcessTime.init(of:))
    }

    func print(operations: Int, of name: String) {
        guard operations > 0 else { return }
        let times = zip(before, after).map {
            ($1 - $0).perOperation(operations).totalMicroseconds
        }
        let servers = times.dropLast().reduce(0, +)
        Swift.print(
            "  servers \(thousandths(servers)) µs CPU per \(name),",
            "generator \(thousandths(times.last ?? 0))")
    }

    private func thousandths(_ value: Double) -> String {
        let scaled = Int((value * 1_000).rounded())
        let digits = String(scaled % 1_000)
        return "\(scaled / 1_000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
