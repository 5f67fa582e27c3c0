import AllocationCounter

/// A step of the server, to be measured.
struct Benchmark {
    /// How a step of the server is told apart: `room: what it does`.
    let name: String
    /// How many operations (commands, mostly) one call of `body` performs.
    let operationsPerCall: Int
    let body: () -> Void

    init(_ name: String, operationsPerCall: Int = 1, _ body: @escaping () -> Void) {
        self.name = name
        self.operationsPerCall = operationsPerCall
        self.body = body
    }

    /// The best of several rounds: what else the machine does can only make a round slower.
    func measure() -> Measurement {
        let calls = callsPerRound()
        var best = Duration.seconds(1_000)
        let allocationsBefore = allocation_counter_read()
        for _ in 0..<Self.rounds { best = min(best, time(calls)) }
        let allocations = allocation_counter_read() - allocationsBefore
        let operations = Double(calls * operationsPerCall)
        return Measurement(
            name: name, nanoseconds: best / .nanoseconds(1) / operations,
            allocations: allocation_counter_works()
                ? Double(allocations) / (operations * Double(Self.rounds)) : nil)
    }

    /// Doubles the number of calls, which warms up too, until a round is long enough for the clock.
    private func callsPerRound() -> Int {
        var calls = 1
        while time(calls) < Self.roundMin { calls *= 2 }
        return calls
    }

    private func time(_ calls: Int) -> Duration {
        ContinuousClock().measure { for _ in 0..<calls { body() } }
    }

    private static let rounds = 10
    private static let roundMin = Duration.milliseconds(30)
}

/// What one operation of a benchmark costs.
struct Measurement {
    let name: String
    let nanoseconds: Double
    /// Heap allocations; nil where they cannot be counted.
    let allocations: Double?
}

/// Keeps the compiler from leaving out what nobody reads.
@inline(never)
func keep<Value>(_ value: Value) {}
