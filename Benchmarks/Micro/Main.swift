import Glibc

/// What the steps of a put cost, one by one, in nanoseconds and heap allocations.
/// Usage: MicroBenchmarks [--check LIMITS] [NAME-PART...]; scripts/bench-micro builds and runs it.
@main
enum Main {
    static func main() {
        do throws(UsageError) {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let results = Catalogue.all()
                .filter { benchmark in options.selects(benchmark.name) }
                .map { $0.measure() }
            Table.print(results)
            if let limits = options.limits { check(results, against: limits) }
        } catch {
            complain(error.message)
            exit(2)
        }
    }

    private static func check(_ results: [Measurement], against limits: [Limit]) {
        let breaches = limits.flatMap { $0.breaches(in: results) }
        breaches.forEach(complain)
        if !breaches.isEmpty { exit(1) }
        print("within the limits")
    }

}
