/// The fields of `/proc/self/stat` that the metrics need (proc_pid_stat(5)).
struct ProcessStatus: Equatable {
    let userTicks: Int
    let systemTicks: Int
    /// Clock ticks from the machine's boot to the process' start.
    let startTicks: Int
    let virtualBytes: Int
    let residentPages: Int

    static func read() -> ProcessStatus? {
        ProcFile.lines("/proc/self/stat").first.flatMap { ProcessStatus(line: $0) }
    }

    /// Reads one line. The program's name, in parentheses, may itself hold spaces and parentheses, so the
    /// numbers are counted from the last one.
    init?(line: some StringProtocol) {
        guard let nameEnd = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: nameEnd)...].split(separator: " ")
        // The first field after the name is the third of the manual page.
        func field(_ number: Int) -> Int? {
            fields.count > number - 3 ? Int(fields[number - 3]) : nil
        }
        guard let userTicks = field(14), let systemTicks = field(15), let startTicks = field(22),
            let virtualBytes = field(23), let residentPages = field(24)
        else { return nil }
        self.userTicks = userTicks
        self.systemTicks = systemTicks
        self.startTicks = startTicks
        self.virtualBytes = virtualBytes
        self.residentPages = residentPages
    }
}
