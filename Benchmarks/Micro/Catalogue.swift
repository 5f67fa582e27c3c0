/// All benchmarks, in the order in which a put meets the steps.
enum Catalogue {
    static func all() -> [Benchmark] {
        DecodeBenchmarks.all() + CoreBenchmarks.all() + LogBenchmarks.all()
            + FrameBenchmarks.all() + ApplyBenchmarks.all() + SessionBenchmarks.all()
            + LeaseBenchmarks.all() + ReadBenchmarks.all() + ReplyBenchmarks.all()
    }
}
