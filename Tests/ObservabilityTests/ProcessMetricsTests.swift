#if os(Linux)
    import Foundation
    import Testing

    @testable import Observability

    @Suite("Process metrics")
    struct ProcessMetricsTests {
        private func samples() -> [String: Double] {
            let registry = MetricsRegistry()
            registry.register(ProcessMetrics())
            let lines = String(decoding: registry.render(), as: UTF8.self).split(separator: "\n")
            let pairs = lines.filter { !$0.hasPrefix("#") }.map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), Double(words[1]) ?? .nan)
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }

        @Test("what the kernel says is plausible")
        func plausible() throws {
            let samples = samples()
            let resident = try #require(samples["process_resident_memory_bytes"])
            let virtual = try #require(samples["process_virtual_memory_bytes"])
            #expect(resident > 1_000_000 && resident < virtual)
            let start = try #require(samples["process_start_time_seconds"])
            let age = Date().timeIntervalSince1970 - start
            #expect(age > -2 && age < 86_400)
            let open = try #require(samples["process_open_fds"])
            let most = try #require(samples["process_max_fds"])
            #expect(open >= 3 && open <= most)
            #expect(samples.count == 6)
        }

        @Test("CPU time grows with work")
        func processor() throws {
            let before = try #require(samples()["process_cpu_seconds_total"])
            let deadline = Date().addingTimeInterval(30)
            var after = before
            while after <= before && Date() < deadline {
                after = try #require(samples()["process_cpu_seconds_total"])
            }
            #expect(after > before)
        }

        @Test("a program's name may hold spaces and parentheses")
        func oddName() throws {
            let rest = (3...52).map { "\($0)" }.joined(separator: " ")
            let status = try #require(ProcessStatus(line: "1 (a) b (c)) \(rest)"))
            #expect(status.userTicks == 14 && status.systemTicks == 15 && status.startTicks == 22)
            #expect(status.virtualBytes == 23 && status.residentPages == 24)
        }

        @Test(
            "lines that are none",
            arguments: ["", "1 (a", "1 (a) S 1 2", "1 (a) S x x x x x x x x x x x x"])
        func broken(line: String) {
            #expect(ProcessStatus(line: line) == nil)
        }

        @Test("a file that is not there has no lines")
        func missing() {
            #expect(ProcFile.lines("/proc/self/nothing").isEmpty)
        }
    }
#endif
