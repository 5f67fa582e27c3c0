/// Holds what clients were told against what the nodes show. A pure function, so that it can be shown
/// to find each kind of fault.
struct ChaosChecker {
    private let history: ChaosHistory
    private var violations: [String] = []
    /// Enough to see what went wrong.
    private static let violationsMax = 20

    /// Everything that should not be; empty if all is well.
    static func violations(in history: ChaosHistory, views: [ChaosView]) -> [String] {
        var checker = ChaosChecker(history: history)
        if views.isEmpty { checker.complain("no node shows anything") }
        checker.checkRevisions()
        for view in views {
            checker.checkPuts(view)
            checker.checkAppends(view)
        }
        for view in views.dropFirst() where view.pairs != views[0].pairs {
            checker.complain("\(view.node) shows something else than \(views[0].node)")
        }
        checker.checkReads()
        return checker.violations
    }

    private init(history: ChaosHistory) { self.history = history }

    private mutating func complain(_ text: String) {
        if violations.count < Self.violationsMax { violations.append(text) }
    }

    /// No two writes have one revision, and what began after another had ended has a higher one.
    private mutating func checkRevisions() {
        var seen: Set<Int64> = []
        for write in history.writes {
            guard let revision = write.revision else { continue }
            if !seen.insert(revision).inserted { complain("revision \(revision) was given twice") }
        }
        let done = history.writes.filter { $0.revision != nil }
        let byStart = done.sorted { $0.startedAt < $1.startedAt }
        var byEnd = done.sorted { $0.endedAt < $1.endedAt }[...]
        var highest: Int64 = 0
        for write in byStart {
            while let first = byEnd.first, first.endedAt < write.startedAt {
                highest = max(highest, first.revision ?? 0)
                byEnd = byEnd.dropFirst()
            }
            if let revision = write.revision, revision <= highest {
                complain("revision \(revision) came after \(highest)")
            }
        }
    }

    /// Each acknowledged pair is there, as it was written and once only; nothing else is.
    private mutating func checkPuts(_ view: ChaosView) {
        var puts: [String: (value: String, write: ChaosWrite)] = [:]
        for write in history.writes {
            if case .put(let key, let value) = write.kind { puts[key] = (value, write) }
        }
        for (key, put) in puts.sorted(by: { $0.key < $1.key }) {
            check(key, put.value, put.write, view)
        }
        let appended = appendedKeys()
        for key in view.pairs.keys.sorted() where puts[key] == nil && !appended.contains(key) {
            complain("\(view.node) shows \(key), which nobody wrote")
        }
    }

    private mutating func check(
        _ key: String, _ value: String, _ write: ChaosWrite, _ view: ChaosView
    ) {
        guard let pair = view.pairs[key] else {
            if write.revision != nil { complain("\(view.node) has lost \(key)") }
            return
        }
        if write.outcome == .refused { complain("\(view.node) shows \(key), which was refused") }
        if pair.value != value { complain("\(view.node) shows another value of \(key)") }
        if pair.version != 1 {
            complain("\(view.node): \(key) was written \(pair.version) times instead of once")
        }
        if let revision = write.revision, revision != pair.modRevision {
            complain("\(view.node): \(key) has revision \(pair.modRevision), not \(revision)")
        }
    }

    /// Each acknowledged word is there once, no refused one, none that nobody wrote, none twice; and
    /// acknowledged words stand in the order of their revisions.
    private mutating func checkAppends(_ view: ChaosView) {
        for key in appendedKeys().sorted() {
            let words = Self.words(view.pairs[key]?.value ?? "")
            var places: [String: Int] = [:]
            for (place, word) in words.enumerated() {
                if places.updateValue(place, forKey: word) != nil {
                    complain("\(view.node): \(word) stands twice in \(key)")
                }
            }
            checkWords(key, places, view)
        }
    }

    private mutating func checkWords(_ key: String, _ places: [String: Int], _ view: ChaosView) {
        var known: Set<String> = []
        var done: [(revision: Int64, place: Int)] = []
        for write in history.writes {
            guard case .append(key, let word) = write.kind else { continue }
            known.insert(word)
            let place = places[word]
            switch write.outcome {
            case .acknowledged(let revision, _):
                if let place { done.append((revision, place)) }
                if place == nil { complain("\(view.node) has lost \(word) of \(key)") }
            case .refused:
                if place != nil { complain("\(view.node) shows \(word), which was refused") }
            case .unknown: break
            }
        }
        for word in places.keys.sorted() where !known.contains(word) {
            complain("\(view.node) shows \(word) in \(key), which nobody wrote")
        }
        let sorted = done.sorted { $0.revision < $1.revision }
        for (one, other) in zip(sorted, sorted.dropFirst()) where one.place > other.place {
            complain("\(view.node): words of \(key) stand in another order than their revisions")
        }
    }

    /// A read shows every word that was acknowledged before it began, and none that was only written
    /// after it had ended.
    private mutating func checkReads() {
        var writes: [String: [ChaosWrite]] = [:]
        for write in history.writes {
            if case .append(let key, _) = write.kind { writes[key, default: []].append(write) }
        }
        for read in history.reads {
            let shown = Set(read.words)
            for write in writes[read.key] ?? [] {
                guard case .append(_, let word) = write.kind else { continue }
                if write.revision != nil, write.endedAt < read.startedAt, !shown.contains(word) {
                    complain("a read of \(read.key) did not show \(word): it was stale")
                }
                if write.startedAt > read.endedAt, shown.contains(word) {
                    complain("a read of \(read.key) showed \(word) before it was written")
                }
            }
        }
    }

    private func appendedKeys() -> Set<String> {
        var keys: Set<String> = []
        for write in history.writes {
            if case .append(let key, _) = write.kind { keys.insert(key) }
        }
        return keys
    }

    /// The words of an appended value; each ends with a semicolon.
    static func words(_ value: String) -> [String] {
        value.split(separator: ";").map(String.init)
    }
}
