import Glibc

/// The CPU time that a process has used, as /proc tells it (in steps of a clock tick, 10 ms mostly).
struct ProcessTime {
    let pid: Int32
    private let userTicks: Double
    private let systemTicks: Double

    init(of pid: Int32) {
        self.pid = pid
        let fields = Self.statistics(pid)
        // Counted from the field behind the name, which is the third: utime and stime are 14 and 15.
        userTicks = fields.count > 12 ? Double(fields[11]) ?? 0 : 0
        systemTicks = fields.count > 12 ? Double(fields[12]) ?? 0 : 0
    }

    private init(pid: Int32, userTicks: Double, systemTicks: Double) {
        self.pid = pid
        self.userTicks = userTicks
        self.systemTicks = systemTicks
    }

    static func - (later: ProcessTime, earlier: ProcessTime) -> ProcessTime {
        ProcessTime(
            pid: later.pid, userTicks: later.userTicks - earlier.userTicks,
            systemTicks: later.systemTicks - earlier.systemTicks)
    }

    func perOperation(_ count: Int) -> Share {
        let microsecondsPerTick = 1e6 / Double(sysconf(Int32(_SC_CLK_TCK)))
        return Share(
            userMicroseconds: userTicks * microsecondsPerTick / Double(count),
            systemMicroseconds: systemTicks * microsecondsPerTick / Double(count))
    }

    /// CPU time per operation.
    struct Share: CustomStringConvertible {
        let userMicroseconds: Double
        let systemMicroseconds: Double

        var totalMicroseconds: Double { userMicroseconds + systemMicroseconds }

        var description: String {
            "\(tenths(totalMicroseconds)) µs CPU/op, \(tenths(userMicroseconds)) user, "
                + "\(tenths(systemMicroseconds)) system"
        }
    }

    /// The fields of /proc/PID/stat behind the process's name, which may hold spaces.
    private static func statistics(_ pid: Int32) -> [Substring] {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return [] }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = fread(&buffer, 1, buffer.count, file)
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        guard let nameEnd = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: nameEnd)...].split(separator: " ")
    }
}

/// A number that is not negative, with one digit behind the point.
func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
}
