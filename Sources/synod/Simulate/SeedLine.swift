internal import Simulation

/// What a child tells its parent about a seed, one line each: that it begins, what it broke, how it ended.
enum SeedLine {
    case begin(UInt64)
    case breach(Breach)
    case detail(String)
    case end(SeedReport)

    var text: String {
        switch self {
        case .begin(let seed): "begin \(seed)"
        case .breach(let breach):
            "breach \(breach.rule.rawValue) \(breach.atMicroseconds) \(breach.detail.oneLine)"
        case .detail(let text): "detail \(text.oneLine)"
        case .end(let report): "end " + Self.numbers(report)
        }
    }

    /// Reads a line; nil if it is something else, what the runtime says of a trap for instance.
    init?(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        switch words.first {
        case "begin" where words.count == 2:
            guard let seed = UInt64(words[1]) else { return nil }
            self = .begin(seed)
        case "breach" where words.count == 4:
            guard let rule = Breach.Rule(rawValue: words[1]), let at = UInt64(words[2]) else {
                return nil
            }
            self = .breach(Breach(rule: rule, detail: words[3], atMicroseconds: at))
        case "detail": self = .detail(String(line.dropFirst(7)))
        case "end":
            guard let report = Self.report(String(line.dropFirst(4))) else { return nil }
            self = .end(report)
        default: return nil
        }
    }

    /// Everything that a child tells about a seed.
    static func lines(_ report: SeedReport) -> [SeedLine] {
        report.breaches.map { .breach($0) } + report.details.map { .detail($0) } + [.end(report)]
    }

    // MARK: Numbers

    /// How many numbers stand before the counters by name.
    private static let numberCount = 14

    private static func numbers(_ report: SeedReport) -> String {
        let numbers: [UInt64] = [
            report.seed, report.traceDigest, report.virtualMicroseconds, UInt64(report.operations),
            UInt64(report.operationsDone), UInt64(report.deaths), report.slots,
            UInt64(report.frames), UInt64(report.flipsMade), UInt64(report.flipsCaught),
            report.events, report.healingMicroseconds, UInt64(report.undecidedKeys),
            UInt64(report.statesCompared),
        ]
        let strikes = report.strikes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let marks = report.marks.sorted { $0.key < $1.key }.map { "+\($0.key)=\($0.value)" }
        return (numbers.map(String.init) + strikes + marks).joined(separator: " ")
    }

    private static func report(_ text: String) -> SeedReport? {
        let words = text.split(separator: " ").map(String.init)
        let numbers = words.prefix(numberCount).compactMap { UInt64($0) }
        guard numbers.count == numberCount else { return nil }
        var report = SeedReport()
        report.seed = numbers[0]
        report.traceDigest = numbers[1]
        report.virtualMicroseconds = numbers[2]
        report.operations = Int(numbers[3])
        report.operationsDone = Int(numbers[4])
        report.deaths = Int(numbers[5])
        report.slots = numbers[6]
        report.frames = Int(numbers[7])
        report.flipsMade = Int(numbers[8])
        report.flipsCaught = Int(numbers[9])
        report.events = numbers[10]
        report.healingMicroseconds = numbers[11]
        report.undecidedKeys = Int(numbers[12])
        report.statesCompared = Int(numbers[13])
        for word in words.dropFirst(numberCount) {
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2, let count = UInt64(parts[1]) else { continue }
            if parts[0].hasPrefix("+") {
                report.marks[String(parts[0].dropFirst())] = count
            } else {
                report.strikes[parts[0]] = Int(count)
            }
        }
        return report
    }
}

extension String {
    fileprivate var oneLine: String { split(separator: "\n").joined(separator: " ") }
}
