internal import Replication
internal import StateMachine

/// Calls of clients that have no history: any node is asked, requests and answers are lost, and nobody waits for ever.
final class SimCaller {
    let world: World
    var dice: Dice
    private let lossPerMille: () -> UInt64

    init(_ world: World, concern: String, lossPerMille: @escaping () -> UInt64) {
        self.world = world
        dice = Dice(seed: world.seed, concern: concern)
        self.lossPerMille = lossPerMille
    }

    /// Asks any node; nil if no answer comes in time.
    func call<Answer>(
        _ body: @escaping (Replica, @escaping (Answer) -> Void) -> Void,
        then: @escaping (Answer?) -> Void
    ) {
        let machine = dice.one(of: world.machines)
        let isLost = dice.happens(perMille: lossPerMille())
        let isRequestLost = isLost && dice.happens(perMille: 500)
        var isOver = false
        func finish(_ answer: Answer?, after microseconds: UInt64) {
            world.timeline.after(microseconds) {
                if isOver { return }
                isOver = true
                then(answer)
            }
        }
        let patience = world.knobs.requestTimeoutMilliseconds + Limits.clientPatienceMilliseconds
        finish(nil, after: patience * 1000)
        world.timeline.after(dice.number(in: 20...600)) { [self] in
            guard let process = machine.process, let replica = process.replica else {
                return finish(nil, after: dice.number(in: 10_000...100_000))
            }
            if isRequestLost { return }
            process.later(1) { [self] in
                // The connection is closed when the client gives up.
                if isOver { return }
                body(replica) { [self, weak process] answer in
                    guard process?.mayAct() == true, !isLost else { return }
                    finish(answer, after: dice.number(in: 20...600))
                }
                process.requestTurn()
            }
        }
    }
}

extension Replica {
    /// A user's, as a door of this node would say it now; nil while nobody has to say who it is.
    func credentials(of user: [UInt8]) -> Credentials? {
        let auth = machine.auth
        return auth.isEnabled ? Credentials(user: user, authRevision: auth.revision) : nil
    }

    /// Of those clients that may do everything.
    var rootCredentials: Credentials? { credentials(of: AuthTable.root) }
}
