import Basics
import Paxos

/// Logs that lose their beginning in the harness, states that are lost, and snapshots of them.
extension World {
    // MARK: The log

    /// The caller's state is durable up to here: the log may lose what is below, all but a few slots.
    func truncate(_ index: Int) {
        let base = nodes[index].baseUpTo
        let tail = below(3)
        guard !nodes[index].lacksBase, base.rawValue > tail else { return }
        truncations += 1
        step(index, .truncate(upTo: Slot(base.rawValue - tail)))
    }

    /// As segments go: some of the log's beginning, if all its values are truncated. The state batch behind it
    /// repeats the rest.
    func shorten(_ index: Int) {
        let log = nodes[index].log
        let truncated = truncatedUpTo(index)
        let able = log.prefix { record in valueSlot(record).map { $0 <= truncated } ?? true }.count
        let gone = log.prefix(Int(below(UInt64(able) + 1)))
        guard truncated > .zero, !gone.isEmpty else { return }
        var promised = Ballot.zero
        var configurations: [DurableRecord] = []
        for record in gone {
            switch record {
            case .promised(let ballot): promised = max(promised, ballot)
            case .accepted(let value): promised = max(promised, value.ballot)
            case .configuration: configurations.append(record)
            default: break
            }
        }
        let stated: [DurableRecord] = [.promised(promised), .truncated(upTo: truncated)]
        nodes[index].log = stated + configurations + log.dropFirst(gone.count)
    }

    /// The first state batch of a life says what the comparison with the store has shown.
    func noteStore(_ index: Int, _ state: DurableState) {
        nodes[index].lacksBase = state.lacksBase
        if state.lacksBase { lostBases += 1 } else { nodes[index].hasLostBase = false }
        guard state.truncatedUpTo > truncatedUpTo(index) else { return }
        let known = governing(after: nodes[index].baseUpTo)
        nodes[index].log += [
            .truncated(upTo: state.truncatedUpTo),
            .configuration(slot: known.slot, membership: known.membership),
        ]
    }

    func truncatedUpTo(_ index: Int) -> Slot {
        nodes[index].log.reduce(.zero) { highest, record in
            guard case .truncated(let upTo) = record else { return highest }
            return max(highest, upTo)
        }
    }

    private func valueSlot(_ record: DurableRecord) -> Slot? {
        switch record {
        case .accepted(let value): value.slot
        case .learned(let slot, _): slot
        default: nil
        }
    }

    /// What a log gives for a slot that is decided: what was fetched, else what was accepted last.
    func readBack(_ index: Int, _ slot: Slot) -> Value? {
        var best: AcceptedValue?
        for record in nodes[index].log {
            switch record {
            case .learned(slot, let value): return value
            case .accepted(let value)
            where value.slot == slot && value.ballot >= best?.ballot ?? .zero:
                best = value
            default: break
            }
        }
        return best?.value
    }

    func answerLogRead(_ fromSlot: Slot, _ upTo: Slot, for receiver: ReplicaID, at index: Int) {
        var values: [Value] = []
        var slot = fromSlot
        while slot <= upTo, values.count < 8 {
            guard let value = readBack(index, slot), value == ledger.value(of: slot) else {
                violations.append("n\(index + 1) LogHoldsTheDecided: \(slot)")
                break
            }
            values.append(value)
            slot = slot.next
        }
        input(index, .logRead(fromSlot: fromSlot, values: values, for: receiver))
    }

    // MARK: The state

    /// A node that is down loses its state, if another one could give it another.
    func loseBase(_ index: Int) {
        let needed = truncatedUpTo(index)
        let isElsewhere = nodes.indices.contains {
            $0 != index && !nodes[$0].lacksBase && nodes[$0].baseUpTo >= needed
        }
        guard nodes[index].core == nil, isElsewhere, !nodes.contains(where: \.hasLostBase) else {
            return
        }
        nodes[index].baseUpTo = .zero
        nodes[index].hasLostBase = true
    }

    func needsSnapshot(_ index: Int, from source: ReplicaID, atLeast slot: Slot) {
        snapshotsNeeded += 1
        let source = Int(source.rawValue) - 1
        schedule(
            .install(node: index, boot: nodes[index].boot, from: source, atLeast: slot),
            after: 1 + below(150))
    }

    /// The state of another node takes the place of this one's. A crash may come just then.
    func install(_ index: Int, from source: Int, atLeast: Slot) {
        guard let core = nodes[index].core, nodes[source].core != nil, !nodes[source].lacksBase,
            !blocked[source][index]
        else { return }
        if nodes[source].baseUpTo < atLeast { nodes[source].baseUpTo = nodes[source].deliveredUpTo }
        let slot = nodes[source].baseUpTo
        let isNeeded = core.needsSnapshot(upTo: slot)
        guard isNeeded && slot >= atLeast || options.mischief == .core(.installOverNewer) else {
            return
        }
        nodes[index].baseUpTo = slot
        nodes[index].hasLostBase = false
        if options.mischief == nil, !isSettling, below(5) == 0 { return crash(index) }
        nodes[index].lacksBase = false
        if isNeeded { nodes[index].deliveredUpTo = slot }
        installs += 1
        let governing = governing(after: slot)
        step(
            index,
            .installed(
                InstalledSnapshot(
                    slot: slot,
                    governing: GoverningMembership(
                        slot: governing.slot, membership: governing.membership),
                    logTimeMilliseconds: logTime(at: slot))))
    }

    private func logTime(at slot: Slot) -> UInt64 {
        (1..<slot.rawValue + 1).reduce(0) {
            max($0, ledger.value(of: Slot($1))?.logTimeMilliseconds ?? 0)
        }
    }
}
