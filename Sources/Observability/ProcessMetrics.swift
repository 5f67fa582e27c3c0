#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What the kernel says about this process, under the names that Prometheus' own clients use. Read from
/// `/proc` at each scrape; where that is missing, the metrics are missing.
package final class ProcessMetrics: MetricCollector {
    private let startTimeSeconds: Double?
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

    package init() {
        let bootTime = ProcFile.lines("/proc/stat")
            .first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
        if let bootTime, let status = ProcessStatus.read() {
            startTimeSeconds = bootTime + Double(status.startTicks) / ticksPerSecond
        } else {
            startTimeSeconds = nil
        }
    }

    package func collect(into text: inout PrometheusText) {
        if let status = ProcessStatus.read() {
            text.family(
                "process_cpu_seconds_total", .counter,
                help: "CPU time of the process, user and system.")
            let cpuSeconds = Double(status.userTicks + status.systemTicks) / ticksPerSecond
            text.sample("process_cpu_seconds_total", .double(cpuSeconds))
            gauge(
                "process_resident_memory_bytes", "Memory held in RAM.",
                status.residentPages * pageBytes, &text)
            gauge(
                "process_virtual_memory_bytes", "Address space in use.", status.virtualBytes, &text)
        }
        if let open = ProcFile.openDescriptors() {
            gauge("process_open_fds", "Open file descriptors.", open, &text)
        }
        if let limit = descriptorLimit() {
            gauge("process_max_fds", "The most file descriptors that may be open.", limit, &text)
        }
        if let startTimeSeconds {
            let help = "Start of the process, in seconds since 1970."
            text.family("process_start_time_seconds", .gauge, help: help)
            text.sample("process_start_time_seconds", .double(startTimeSeconds))
        }
    }

    private func gauge(
        _ name: String, _ help: String, _ value: Int, _ text: inout PrometheusText
    ) {
        text.family(name, .gauge, help: help)
        text.sample(name, .integer(value))
    }

    private func descriptorLimit() -> Int? {
        // "Max open files   1024   524288   files": the first number is the limit in force.
        let line = ProcFile.lines("/proc/self/limits").first { $0.hasPrefix("Max open files") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }
}
