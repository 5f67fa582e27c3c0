import Testing

/// The checker finds each kind of fault: a run that is well, and the same run with one thing wrong.
@Suite struct ChaosCheckerTests {
    private var history = ChaosHistory()
    private var views: [ChaosView] = []

    init() {
        for number in 0..<10 {
            let revision = Int64(number + 2)
            let time = UInt64(number * 10)
            let isAppend = number % 2 == 1
            history.writes.append(
                ChaosWrite(
                    client: number % 3,
                    kind: isAppend
                        ? .append(key: "list", word: "w\(number)")
                        : .put(key: "k\(number)", value: "v\(number)"),
                    startedAt: time, endedAt: time + 5,
                    outcome: .acknowledged(revision: revision, member: 1)))
        }
        history.writes.append(write("refused", 200, .refused))
        history.writes.append(write("open", 210, .unknown))
        history.reads.append(
            ChaosRead(key: "list", words: ["w1", "w3"], startedAt: 40, endedAt: 45))
        var pairs: [String: ChaosPair] = [:]
        for number in stride(from: 0, to: 10, by: 2) {
            pairs["k\(number)"] = ChaosPair(
                value: "v\(number)", modRevision: Int64(number + 2), version: 1)
        }
        pairs["list"] = ChaosPair(value: "w1;w3;w5;w7;w9;", modRevision: 11, version: 5)
        views = (0..<3).map { ChaosView(node: "n\($0)", pairs: pairs) }
    }

    private func write(
        _ key: String, _ time: UInt64, _ outcome: ChaosWrite.Outcome
    ) -> ChaosWrite {
        ChaosWrite(
            client: 0, kind: .put(key: key, value: "v"), startedAt: time, endedAt: time + 5,
            outcome: outcome)
    }

    /// What the checker says after `change`.
    private func verdict(
        _ change: (inout ChaosHistory, inout [ChaosView]) -> Void
    ) -> String {
        var (history, views) = (history, views)
        change(&history, &views)
        return ChaosChecker.violations(in: history, views: views).joined(separator: "\n")
    }

    private func list(_ value: String) -> ChaosPair {
        ChaosPair(value: value, modRevision: 11, version: 5)
    }

    @Test func aGoodRunIsGood() {
        #expect(verdict { _, _ in } == "")
    }

    @Test func anOpenWriteMayBeThereOrNot() {
        let there = ChaosPair(value: "v", modRevision: 12, version: 1)
        #expect(
            verdict { _, views in
                for index in views.indices { views[index].pairs["open"] = there }
            } == "")
    }

    @Test func aLostWriteIsFound() {
        #expect(verdict { $1[1].pairs["k4"] = nil }.contains("n1 has lost k4"))
        #expect(
            verdict { _, views in
                for index in views.indices { views[index].pairs["k4"] = nil }
            }.contains("n2 has lost k4"))
    }

    @Test func aLostAppendIsFound() {
        #expect(verdict { $1[0].pairs["list"] = list("w1;w3;w7;w9;") }.contains("lost w5"))
        #expect(verdict { $1[0].pairs["list"] = nil }.contains("lost w5"))
    }

    @Test func anAppendExecutedTwiceIsFound() {
        #expect(
            verdict { $1[0].pairs["list"] = list("w1;w3;w5;w7;w5;w9;") }.contains("w5 stands twice")
        )
    }

    @Test func appendsOutOfOrderAreFound() {
        #expect(
            verdict { $1[0].pairs["list"] = list("w3;w1;w5;w7;w9;") }.contains("another order"))
    }

    @Test func aPhantomIsFound() {
        #expect(
            verdict { $1[0].pairs["ghost"] = list("boo") }.contains("ghost, which nobody wrote"))
        #expect(
            verdict { $1[0].pairs["list"] = list("w1;w3;w5;w7;w9;boo;") }.contains(
                "boo in list, which nobody wrote"))
    }

    @Test func aRefusedWriteThatIsThereIsFound() {
        let pair = ChaosPair(value: "v", modRevision: 12, version: 1)
        #expect(verdict { $1[0].pairs["refused"] = pair }.contains("refused"))
    }

    @Test func aWriteExecutedTwiceIsFound() {
        let pair = ChaosPair(value: "v4", modRevision: 6, version: 2)
        #expect(verdict { $1[0].pairs["k4"] = pair }.contains("2 times instead of once"))
    }

    @Test func anotherValueOrRevisionIsFound() {
        let value = ChaosPair(value: "x", modRevision: 6, version: 1)
        let revision = ChaosPair(value: "v4", modRevision: 7, version: 1)
        #expect(verdict { $1[0].pairs["k4"] = value }.contains("another value"))
        #expect(verdict { $1[0].pairs["k4"] = revision }.contains("has revision 7, not 6"))
    }

    @Test func nodesThatDifferAreFound() {
        let there = ChaosPair(value: "v", modRevision: 12, version: 1)
        #expect(verdict { $1[2].pairs["open"] = there }.contains("n2 shows something else"))
    }

    @Test func revisionsGivenTwiceOrBackwardsAreFound() {
        let twice = verdict { history, _ in
            history.writes.append(write("open2", 300, .acknowledged(revision: 5, member: 1)))
        }
        #expect(twice.contains("revision 5 was given twice"))
        #expect(twice.contains("revision 5 came after 11"))
    }

    @Test func staleAndPrematureReadsAreFound() {
        #expect(
            verdict { history, _ in
                history.reads.append(
                    ChaosRead(key: "list", words: ["w1"], startedAt: 40, endedAt: 45))
            }.contains("did not show w3: it was stale"))
        #expect(
            verdict { history, _ in
                history.reads.append(
                    ChaosRead(
                        key: "list", words: ["w1", "w3", "w9"], startedAt: 40, endedAt: 45))
            }.contains("showed w9 before it was written"))
    }

    @Test func noViewsAreNoProof() {
        #expect(verdict { $1 = [] }.contains("no node shows anything"))
    }
}
