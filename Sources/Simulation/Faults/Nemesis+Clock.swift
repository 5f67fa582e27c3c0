extension Nemesis {
    func strikeClock(_ fault: Fault, _ dice: inout Dice) {
        let machine = anyMachine(&dice)
        let now = world.timeline.nowMicroseconds
        switch fault {
        case .drift:
            machine.clock.run(
                at: dice.one(of: [990_000, 1_010_000, 900_000, 1_100_000, 500_000, 2_000_000]),
                now: now)
            later(500...10_000, &dice) { [self] in
                guard mayTouch(machine) else { return }
                machine.clock.run(at: 1_000_000, now: world.timeline.nowMicroseconds)
            }
        case .jump:
            machine.clock.jump(
                ahead: dice.number(in: 1...dice.one(of: [100_000, 5_000_000, 14_400_000_000])))
        case .suspend:
            // Everything of the machine stands still, its clock, too.
            let end = now + dice.number(in: 50_000...6_000_000)
            machine.clock.run(at: 0, now: now)
            machine.pausedUntil = end
            world.timeline.after(end - now) { [self] in
                guard mayTouch(machine) else { return }
                machine.clock.run(at: 1_000_000, now: world.timeline.nowMicroseconds)
            }
        default: preconditionFailure("no fault of clocks")
        }
    }
}
