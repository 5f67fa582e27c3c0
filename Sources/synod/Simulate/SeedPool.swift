internal import Glibc
internal import Simulation

/// Runs seeds in children of this process, several at a time, so that a trap names its seed and harms no
/// other.
final class SeedPool {
    private let options: SimulateOptions
    private var workers: [SeedWorker] = []
    /// Ranges of seeds that nobody has begun, the next one last.
    private var waiting: [ClosedRange<UInt64>]
    /// Digests of seeds that are to be run a second time, in another process.
    private var digests: [UInt64: UInt64] = [:]
    private var totals = SimulationTotals()
    private var failures: [SeedFailure] = []
    private var reportedAtMilliseconds = Clock.milliseconds()
    private var signals = SignalInbox([SIGINT, SIGTERM, SIGHUP])
    /// The signal that ended the run before its time.
    private var stopSignal: Int32?

    init(_ options: SimulateOptions) {
        self.options = options
        waiting = [options.seeds]
    }

    func run() -> ExitCode {
        do throws(SystemError) {
            while try fill() { work() }
        } catch {
            Console.complain("\(error)")
            stop()
            return .failed
        }
        for line in totals.summary { Console.line(line) }
        if failures.isEmpty { Console.line("no rule was broken") }
        if let stopSignal { signals.obey(stopSignal) }
        // Nobody must wait for the search for a small scenario.
        signals.close()
        guard let first = failures.first else { return judgeMarks() }
        FailureReport.print(first, options)
        return .failed
    }

    /// In a long run of everything each rare thing must have happened: else something is not tried at all.
    private func judgeMarks() -> ExitCode {
        let isLong = totals.seeds >= Limits.seedsThatHitAllMarks
        let missing = totals.missingMarks.filter {
            !Marks.ofOtherProfiles.contains($0) && !Marks.ofWatches.contains($0)
        }
        guard isLong, options.isComplete, !missing.isEmpty else { return .success }
        Console.line("never happened: " + missing.joined(separator: ", "))
        return .failed
    }

    // MARK: Work

    /// Keeps all jobs busy; false when nothing is left to do.
    private func fill() throws(SystemError) -> Bool {
        stopSignal = signals.next(withinMilliseconds: 0)
        if isOver {
            stop()
            return false
        }
        while workers.count < options.jobs, let seeds = takeSeeds() {
            workers.append(try SeedWorker(options, seeds))
        }
        return !workers.isEmpty
    }

    private var isOver: Bool {
        if stopSignal != nil { return true }
        if !failures.isEmpty && !options.keepsGoing { return true }
        return options.timeLimitMilliseconds.map { totals.elapsedMilliseconds >= $0 } ?? false
    }

    /// The next seeds for a child: few at a time, so that all jobs end together.
    private func takeSeeds() -> ClosedRange<UInt64>? {
        guard let range = waiting.popLast() else { return nil }
        let share = (range.upperBound - range.lowerBound) / UInt64(options.jobs * 4) + 1
        let count = min(share, Limits.seedsPerChild)
        let last = range.lowerBound + count - 1
        if last < range.upperBound { waiting.append(last + 1...range.upperBound) }
        return range.lowerBound...last
    }

    /// Waits for the children's words, but not long, and takes them.
    private func work() {
        var polled = workers.map {
            pollfd(fd: $0.process.output, events: Int16(POLLIN), revents: 0)
        }
        poll(&polled, nfds_t(polled.count), 250)
        for (worker, entry) in zip(workers, polled) where entry.revents != 0 {
            guard let lines = worker.process.readLines() else {
                ended(worker)
                continue
            }
            for line in lines {
                if let (report, failure) = worker.take(line) { take(report, failure) }
            }
        }
        for worker in workers where isStuck(worker) { worker.process.end() }
        showProgress()
    }

    private func take(_ report: SeedReport, _ failure: SeedFailure?) {
        if let failure { note(failure) }
        if let known = digests.removeValue(forKey: report.seed) {
            totals.repeated += 1
            if known != report.traceDigest { note(.difference(report.seed)) }
            return
        }
        totals.add(report)
        if report.seed % Limits.repeatedSeedInterval == 0 {
            digests[report.seed] = report.traceDigest
            waiting.append(report.seed...report.seed)
        }
    }

    private func ended(_ worker: SeedWorker) {
        workers.removeAll { $0 === worker }
        let end = worker.process.wait()
        if let seed = worker.current {
            let how = isStuck(worker) ? "was stopped because it did not end" : "\(end)"
            note(.trap(seed, "the process of the seed \(how)", noise: worker.noise))
            digests[seed] = nil
        }
        let next = worker.current.map { $0 &+ 1 } ?? worker.next
        if next > worker.seeds.lowerBound, next <= worker.seeds.upperBound {
            waiting.append(next...worker.seeds.upperBound)
        }
    }

    private func isStuck(_ worker: SeedWorker) -> Bool {
        worker.current != nil
            && Clock.milliseconds() - worker.begunAtMilliseconds > Limits.seedMillisecondsMax
    }

    private func note(_ failure: SeedFailure) {
        failures.append(failure)
        let what = failure.breaches.first.map { "\($0)" } ?? "broken"
        Console.line("seed \(failure.seed): \(what)")
    }

    private func stop() {
        for worker in workers {
            worker.process.end()
            _ = worker.process.wait()
        }
        workers = []
    }

    private func showProgress() {
        let interval: UInt64 = isatty(STDERR_FILENO) == 1 ? 2_000 : 20_000
        let now = Clock.milliseconds()
        guard now - reportedAtMilliseconds >= interval else { return }
        reportedAtMilliseconds = now
        Console.note(totals.progress)
    }
}
