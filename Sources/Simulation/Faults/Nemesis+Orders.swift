internal import Paxos

extension Nemesis {
    /// An operator's order; now and then the leader dies in the middle of it.
    func strikeOrders(_ dice: inout Dice) {
        guard world.isFormed else { return }
        operators.giveOne(&dice)
        let effects = dice.index(below: 4)
        if dice.happens(perMille: 300) { killAtChange(afterEffects: effects) }
    }

    /// Some hear of the change that the leader proposes, and others do not.
    private func killAtChange(afterEffects effects: Int) {
        world.onMessage = { [self] message, sender, _ in
            guard case .accept(let accept) = message, case .membership = accept.value else {
                return
            }
            world.onMessage = { _, _, _ in }
            guard !isOver, mayTouch(sender) else { return }
            sender.process?.die(afterEffects: effects, losingPower: false)
        }
    }
}
