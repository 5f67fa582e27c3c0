internal import Simulation

/// What a run has come to so far.
struct SimulationTotals {
    private(set) var seeds = 0
    private(set) var virtualMicroseconds: UInt64 = 0
    private(set) var operations = 0
    private(set) var operationsDone = 0
    private(set) var deaths = 0
    private(set) var slots: UInt64 = 0
    private(set) var frames = 0
    private(set) var flipsMade = 0
    private(set) var flipsCaught = 0
    private(set) var healingMicrosecondsMax: UInt64 = 0
    private(set) var undecidedKeys = 0
    private(set) var strikes: [String: Int] = [:]
    private(set) var marks: [String: UInt64] = [:]
    /// Seeds that were run a second time and gave the same history.
    var repeated = 0
    let begunAtMilliseconds = Clock.milliseconds()

    mutating func add(_ report: SeedReport) {
        seeds += 1
        virtualMicroseconds += report.virtualMicroseconds
        operations += report.operations
        operationsDone += report.operationsDone
        deaths += report.deaths
        slots += report.slots
        frames += report.frames
        flipsMade += report.flipsMade
        flipsCaught += report.flipsCaught
        healingMicrosecondsMax = max(healingMicrosecondsMax, report.healingMicroseconds)
        undecidedKeys += report.undecidedKeys
        for (name, count) in report.strikes { strikes[name, default: 0] += count }
        for (name, count) in report.marks { marks[name, default: 0] += count }
    }

    var elapsedMilliseconds: UInt64 { max(1, Clock.milliseconds() - begunAtMilliseconds) }

    /// One line for a person who waits.
    var progress: String {
        "\(seeds) seeds, \(rate) per second, \(speed) virtual hours per hour, "
            + "\(operations) operations, \(deaths) deaths"
    }

    /// The lines at the end.
    var summary: [String] {
        [
            "seeds          \(seeds) in \(elapsedMilliseconds / 1000) s, \(rate) per second; "
                + "\(repeated) run twice",
            "virtual time   \(Self.tenths(virtualMicroseconds / 360_000_000)) hours, "
                + "\(speed) times real time",
            "operations     \(operations), of which \(operationsDone) answered",
            "slots decided  \(slots)",
            "frames         \(frames), with flipped bits \(flipsMade), refused \(flipsCaught)",
            "processes      \(deaths) deaths",
            "healed in      \(healingMicrosecondsMax / 1000) ms at most",
            "undecided      \(undecidedKeys) keys, whose order was not found within the limits",
        ] + strikeLines + markLines
    }

    /// The rare things that never happened.
    var missingMarks: [String] { marks.filter { $0.value == 0 }.keys.sorted() }

    private var markLines: [String] {
        let hit = marks.count - missingMarks.count
        return ["marks          \(hit) of \(marks.count) hit"]
            + marks.sorted { $0.key < $1.key }.map { name, count in
                "mark           " + name
                    + String(repeating: " ", count: max(1, 40 - name.count)) + "\(count)"
            }
    }

    private var strikeLines: [String] {
        Fault.allCases.compactMap { fault in
            strikes[fault.rawValue].map { count in
                let name = fault.rawValue
                return "fault          " + name
                    + String(repeating: " ", count: max(1, 24 - name.count)) + "\(count)"
            }
        }
    }

    private var rate: String { Self.tenths(UInt64(seeds) * 10_000 / elapsedMilliseconds) }

    private var speed: UInt64 { virtualMicroseconds / 1000 / elapsedMilliseconds }

    private static func tenths(_ number: UInt64) -> String { "\(number / 10).\(number % 10)" }
}
