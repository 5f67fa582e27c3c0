extension Evidence {
    /// Finds the operation that wrote what was shown; one of unknown ending gets its revision.
    mutating func explain(_ observation: Observation, into report: inout Report) {
        guard let pair = observation.pair else { return }
        let place = Shown(key: observation.key, revision: pair.modRevision)
        if let earlier = shown[place] {
            guard earlier != pair else { return }
            return report.add(
                .stateAtRevision,
                "revision \(pair.modRevision) of \(name(observation.key)) was shown as"
                    + " \(ShownText.pair(earlier)) and as \(ShownText.pair(pair))",
                involved(observation))
        }
        shown[place] = pair
        if let operation = operationOfRevision[pair.modRevision] {
            explain(observation, pair, acknowledgedTo: operation, into: &report)
        } else {
            explainByValue(observation, pair, into: &report)
        }
    }

    /// The revision was acknowledged to somebody: it must hold what that operation wrote.
    private func explain(
        _ observation: Observation, _ pair: Pair, acknowledgedTo operation: Int,
        into report: inout Report
    ) {
        let key = keys.keys[observation.key]
        let changes = history.operations[operation].changes.filter { $0.key == key }
        let isIts = changes.contains { change in
            switch change.effect {
            case .set(let value): pair.value == value
            case .append(let token): pair.value.suffix(token.count).elementsEqual(token)
            case .delete: false
            }
        }
        guard !isIts else { return }
        report.add(
            .stateAtRevision,
            "revision \(pair.modRevision) of \(name(observation.key)) was shown as"
                + " \(ShownText.pair(pair)), which the operation of that revision did not write",
            involved(observation) + [operation])
    }

    /// Nobody was told this revision: some operation of unknown ending wrote it, if all is well.
    private mutating func explainByValue(
        _ observation: Observation, _ pair: Pair, into report: inout Report
    ) {
        let writers = writers.writers(ofValue: pair.value, key: observation.key)
        let what = "\(ShownText.bytes(pair.value)) in \(name(observation.key))"
        guard let writer = writers.first else {
            return report.add(
                .knownWriter, "nobody wrote \(what), which was shown", involved(observation))
        }
        // Who breaks the rule that values are unique gets weaker checks, but no false alarm.
        guard writers.count == 1 else { return }
        let culprits = involved(observation) + [writer]
        switch history.operations[writer].ending {
        case .refused: report.add(.refusedAbsent, "\(what) was refused, and was shown", culprits)
        case .done(let answer) where answer.hasChanged && !isAlternative(writer, pair, observation):
            report.add(
                .exactlyOnce,
                "\(what) was acknowledged at revision \(answer.revision), and was shown with"
                    + " revision \(pair.modRevision)", culprits)
        case .done:
            report.add(
                .refusedAbsent, "\(what) was answered as not written, and was shown", culprits)
        case .unknown:
            if let other = seenRevisions[writer], other != pair.modRevision {
                report.add(
                    .exactlyOnce,
                    "\(what) was written once, and was shown with revisions \(other) and"
                        + " \(pair.modRevision)", culprits)
            }
            seenRevisions[writer] = pair.modRevision
        }
    }

    /// The value belongs to that list of a transaction which was not executed.
    private func isAlternative(_ writer: Int, _ pair: Pair, _ observation: Observation) -> Bool {
        let key = keys.keys[observation.key]
        return !history.operations[writer].changes.contains { change in
            guard change.key == key else { return false }
            return switch change.effect {
            case .set(let value): value == pair.value
            case .append: true
            case .delete: false
            }
        }
    }

    /// Sorts the changes by revision, key by key.
    mutating func collectKnownWrites() {
        for (index, operation) in history.operations.enumerated() {
            if let revision = revision(of: index) {
                for change in operation.answer == nil ? seenChanges(index) : operation.changes {
                    let write = KnownWrite(
                        revision: revision, operation: index, effect: change.effect)
                    writes[keys.mustKnow(change.key)].append(write)
                }
            } else if operation.ending == .unknown {
                for change in operation.possibleChanges.joined() {
                    let key = keys.mustKnow(change.key)
                    if openWrites[key].last != index { openWrites[key].append(index) }
                }
            }
        }
        for key in writes.indices { writes[key].sort { $0.revision < $1.revision } }
    }

    /// What an operation of unknown ending did, after something of it was seen: everything that the
    /// list holds of which a part was seen.
    private func seenChanges(_ index: Int) -> [Change] {
        let alternatives = history.operations[index].possibleChanges
        guard alternatives.count > 1, let revision = seenRevisions[index] else {
            return alternatives.first ?? []
        }
        return alternatives.first { changes in
            changes.contains { change in
                guard case .set(let value) = change.effect, let key = keys.known(change.key)
                else { return false }
                return shownPair(key, revision: revision)?.value == value
            }
        } ?? []
    }

    /// A key as a text shows it.
    func name(_ key: Int) -> String { ShownText.bytes(keys.keys[key]) }

    private func involved(_ observation: Observation) -> [Int] {
        observation.operation.map { [$0] } ?? []
    }
}
