internal import EtcdMessages
internal import Histories
internal import MVCC
internal import Protobuf
internal import Replication
internal import StateMachine

/// One client: asks, waits, gives up, asks another node; then thinks, and asks for something else.
final class SimClient {
    private let index: Int
    private unowned let workload: Workload
    /// What its sequential reads must not be older than.
    private var token: Int64 = 0
    /// What it saw last, for compare-and-set: a key and its value.
    private var seen: (key: [UInt8], value: [UInt8])?
    private var writes = 0
    /// Its writes carry a session and a number, so that they can be tried again without harm.
    private let wantsSession: Bool
    private var session: UInt64?
    private var sequence: UInt64 = 0
    /// Of the operation under way.
    private var request: SessionRequest?
    /// The newest try of it.
    private var current: Try?
    /// Some try of the operation under way may have done something.
    private var isUncertain = false

    /// One try of an operation: only its first ending counts.
    private final class Try {
        let number: Int
        /// Not held: the try waits in its replica. A process that is gone is dead.
        weak var process: SimProcess?
        /// The node has said what came of it.
        var isAnswered = false
        var isOver = false

        init(_ number: Int, _ process: SimProcess) {
            self.number = number
            self.process = process
        }
    }

    init(_ index: Int, of workload: Workload) {
        self.index = index
        self.workload = workload
        wantsSession = workload.dice.happens(perMille: 600)
    }

    private var world: World { workload.world }

    func continueLater() {
        world.timeline.after(thinkingMicroseconds()) { [self] in
            if !workload.isOver { ask() }
        }
    }

    private func thinkingMicroseconds() -> UInt64 {
        let knobs = world.knobs
        let usual = UInt64(knobs.clientCount) * 1_000_000 / knobs.operationsPerSecond
        let mean = usual * workload.slowness
        return workload.dice.number(in: mean / 2...mean * 3 / 2)
    }

    /// Before the next try of the same operation. While a majority heals, tries are as rare as operations:
    /// each one costs the cluster as much.
    private func pauseMicroseconds() -> UInt64 {
        workload.slowness > 1 ? thinkingMicroseconds() : workload.dice.number(in: 1_000...30_000)
    }

    private func ask() {
        if wantsSession, session == nil, workload.dice.happens(perMille: 700) { return register() }
        let action = choose()
        let machine = workload.dice.one(of: world.machines)
        isUncertain = false
        request = nil
        if let session, !action.isRead {
            sequence += 1
            request = SessionRequest(session: session, sequence: sequence)
        }
        let number = workload.begin(
            RecordedOperation(
                client: index, node: machine.index, action: action,
                begunNanoseconds: world.timeline.nowNanoseconds, request: request))
        send(number, to: machine)
    }

    /// Asks for a session; without one, writes are not tried again.
    private func register() {
        let machine = workload.dice.one(of: world.machines)
        continueLater()
        guard let process = machine.process, let replica = process.replica else { return }
        let bytes = RegisterSessionRequest().serializedBytes()
        replica.propose(
            .registerSession, credentials: replica.rootCredentials, request: bytes
        ) { [self, weak process] result in
            guard process?.mayAct() == true, case .applied(.registerSession(let response)) = result
            else {
                return
            }
            session = response.session
            sequence = 0
        }
        process.requestTurn()
    }

    // MARK: Tries

    private func send(_ number: Int, to machine: SimMachine) {
        let isLost = workload.dice.happens(perMille: workload.lossPerMille)
        world.timeline.after(workload.dice.number(in: 20...600)) { [self] in
            guard let process = machine.process, let replica = process.replica,
                let reader = process.reader
            else {
                // Nobody listens: the connection is refused.
                return conclude(number, .refused)
            }
            let attempt = Try(number, process)
            watch(attempt)
            // A lost request and a lost answer look the same from here, and are not the same.
            if isLost, workload.dice.happens(perMille: 500) { return }
            process.later(1) { [self] in
                perform(number, replica, reader) { [self] in arrive(attempt, $0, isLost: isLost) }
                process.requestTurn()
            }
        }
    }

    /// The node has an answer; it must live to say it.
    private func arrive(_ attempt: Try, _ verdict: Verdict, isLost: Bool) {
        guard attempt.process?.mayAct() == true else { return }
        if attempt.isAnswered {
            world.note(.clients, "a try of operation \(attempt.number) was answered twice")
        }
        attempt.isAnswered = true
        guard !isLost else { return }
        world.timeline.after(workload.dice.number(in: 20...600)) { [self] in
            guard !attempt.isOver else { return }
            attempt.isOver = true
            conclude(attempt.number, verdict)
        }
    }

    /// A client whose node says nothing gives up at last.
    private func watch(_ attempt: Try) {
        current = attempt
        let patience =
            world.knobs.requestTimeoutMilliseconds + Limits.clientPatienceMilliseconds
        world.timeline.after(patience * 1000) { [self] in giveUp(attempt) }
    }

    /// A process has ended: a client that waits for it hears so soon.
    func processEnded() {
        guard let attempt = current, attempt.process?.isDead != false, !attempt.isOver else {
            return
        }
        world.timeline.after(workload.dice.number(in: 20...20_000)) { [self] in giveUp(attempt) }
    }

    private func giveUp(_ attempt: Try) {
        guard !attempt.isOver else { return }
        attempt.isOver = true
        conclude(attempt.number, .unknown)
    }

    /// What is sure not to have been done, or does no harm when done twice, is asked of another node.
    private func conclude(_ number: Int, _ verdict: Verdict) {
        let operation = workload.operations[number]
        let isHarmless = operation.action.isRead || request != nil
        var isRetried = false
        switch verdict {
        case .done(let answer): return finish(number, .done(answer))
        case .failed: return finish(number, .refused)
        case .noSession: session = nil
        case .refused: isRetried = true
        case .unknown:
            if !operation.action.isRead { isUncertain = true }
            isRetried = isHarmless
        }
        guard isRetried, operation.attempts < attemptsMax, !workload.isOver else {
            // A read that got no answer was not done, whatever became of its tries.
            let isUnknown = isUncertain || (verdict.isUnknown && operation.action.isRead)
            return finish(number, isUnknown ? .unknown : .refused)
        }
        workload.retry(number)
        let machine = workload.dice.one(of: world.machines)
        world.timeline.after(pauseMicroseconds()) { [self] in
            send(number, to: machine)
        }
    }

    private var attemptsMax: Int {
        request == nil ? Limits.attemptsMax : Limits.sessionAttemptsMax
    }

    private func finish(_ number: Int, _ ending: Ending) {
        workload.end(number, ending)
        if case .done(let answer) = ending {
            token = max(token, answer.revision)
            if case .get(let key, .linearizable) = workload.operations[number].action,
                case .read(let pair?) = answer.outcome
            {
                seen = (key, pair.value)
            }
        }
        continueLater()
    }

    // MARK: What is asked

    private func choose() -> Action {
        let number = workload.dice.index(below: world.knobs.keyCount)
        let key = workload.key(number)
        let chance = workload.dice.number(in: 0...99)
        switch chance {
        case 0...19: return .get(key: key, .linearizable)
        case 20...29: return .get(key: key, .sequential(sinceRevision: tokenOrNot()))
        case 30...34:
            let back = Int64(workload.dice.number(in: 0...60))
            return .get(key: key, .atRevision(max(1, token - back)))
        case 35...44: return .transaction(transaction(number))
        default: break
        }
        if workload.isList(number), chance < 90 { return .append(key: key, token: appended()) }
        switch chance {
        case 45...69: return .put(key: key, value: written())
        case 70...89: return swap(key)
        default: return .delete(key: key)
        }
    }

    private func tokenOrNot() -> Int64 { workload.dice.happens(perMille: 800) ? token : 0 }

    private func swap(_ key: [UInt8]) -> Action {
        if let seen, !seen.key.starts(with: Array("list".utf8)) {
            self.seen = nil
            return .compareAndSet(key: seen.key, expected: seen.value, value: written())
        }
        return .compareAndSet(key: key, expected: nil, value: written())
    }

    private func transaction(_ number: Int) -> Transaction {
        let other = (number + 1 + workload.dice.index(below: 3)) % world.knobs.keyCount
        let keys = [number, other].filter { !workload.isList($0) }.map { workload.key($0) }
        let all = [workload.key(number), workload.key(other)]
        guard let first = keys.first, other != number else {
            return Transaction(success: [.get(key: all[0])])
        }
        let condition: Transaction.Condition
        switch workload.dice.number(in: 0...3) {
        case 0: condition = .init(first, .isAbsent)
        case 1: condition = .init(all[1], .exists)
        case 2 where seen != nil: condition = .init(seen?.key ?? first, .holds(seen?.value ?? []))
        default: condition = .init(all[0], .modRevision(token))
        }
        var success: [Transaction.Step] = [.get(key: all[1]), .put(key: first, value: written())]
        if keys.count == 2, keys[0] != keys[1] { success.append(.delete(key: keys[1])) }
        return Transaction(
            conditions: [condition], success: success,
            failure: workload.dice.happens(perMille: 500)
                ? [.put(key: first, value: written())] : all.map { .get(key: $0) })
    }

    /// A value that nobody else writes.
    private func written() -> [UInt8] {
        writes += 1
        let head = Array("c\(index)w\(writes);".utf8)
        let length = Int(workload.dice.number(in: world.knobs.valueBytes))
        return head + [UInt8](repeating: UInt8(ascii: "."), count: max(0, length - head.count))
    }

    /// A token that nobody else appends, and that is part of no other.
    private func appended() -> [UInt8] {
        writes += 1
        return Array("<\(index).\(writes)>".utf8)
    }

    // MARK: How a node does it

    private func perform(
        _ number: Int, _ replica: Replica, _ reader: RangeReader,
        then: @escaping (Verdict) -> Void
    ) {
        let action = workload.operations[number].action
        switch Request(action, number: number) {
        case .read(let range):
            read(action, replica, then) { [weak reader] answer in
                reader?.read(range) { answer($0.map(Answers.answer)) }
            }
        case .readOnly(let transaction):
            read(action, replica, then) { [weak reader] answer in
                reader?.read(transaction) { answer($0.map(Answers.answer)) }
            }
        case .command(let kind, let bytes):
            let session = workload.operations[number].request.map {
                ClientSession(id: $0.session, sequence: $0.sequence)
            }
            replica.propose(
                kind, session: session, credentials: replica.rootCredentials, request: bytes
            ) { result in
                switch result {
                case .applied(let outcome): then(Answers.verdict(outcome, to: action))
                case .refused: then(.refused)
                case .unknown: then(.unknown)
                }
            }
        }
    }

    /// `make` waits in the replica and must not hold it. As the doors do it: a sequential read waits only if the
    /// node is behind the client's token.
    private func read(
        _ action: Action, _ replica: Replica, _ then: @escaping (Verdict) -> Void,
        make: @escaping (@escaping (Result<Answer, KVError>) -> Void) -> Void
    ) {
        func answer() {
            make { result in
                switch result {
                case .success(let answer): then(.done(answer))
                case .failure: then(.failed)
                }
            }
        }
        if case .get(_, .sequential(let since)) = action {
            if replica.localReadRefusal != nil { return then(.refused) }
            if replica.machine.keyspace.revision >= since { return answer() }
        }
        replica.read { result in
            if result == .ready { answer() } else { then(.refused) }
        }
    }
}
