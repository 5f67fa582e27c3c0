internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// Users that count: `root`, on whose behalf all usual clients ask, and guests, whose rights and passwords an operator
/// changes again and again.
package final class RightsWorkload {
    /// The user that is given rights and loses them.
    static let guest = Array("guest".utf8)
    static let role = "guests"
    static let (lower, upper) = (Array("guest/".utf8), Array("guest0".utf8))

    let world: World
    let ledger: RightsLedger
    let caller: SimCaller
    private var guests: [RightsGuest] = []
    private(set) var isOver = false
    /// What makes users count, not yet done.
    private var preparations: [AuthCommand]

    init(_ world: World, beside workload: Workload) {
        self.world = world
        ledger = RightsLedger(world)
        caller = SimCaller(world, concern: "rights") { [unowned workload] in
            workload.lossPerMille
        }
        let root = String(decoding: AuthTable.root, as: UTF8.self)
        preparations = [
            .with { $0.userAdd = .with { $0.name = root } },
            .with { $0.userGrantRole = .with { ($0.user, $0.role) = (root, root) } },
            .with { $0.roleAdd = .with { $0.name = Self.role } },
            .with { $0.userAdd = .with { $0.name = "guest" } },
            .with { $0.userGrantRole = .with { ($0.user, $0.role) = ("guest", Self.role) } },
            .with { $0.enable = AuthEnableRequest() },
        ]
        guests = (0..<Limits.rightsGuests).map { RightsGuest($0, of: self) }
    }

    func start() { prepare() }

    func stop() { isOver = true }

    /// Goes on after a while, unless all is over.
    func later(_ range: ClosedRange<UInt64>, _ body: @escaping () -> Void) {
        world.timeline.after(caller.dice.number(in: range)) { [self] in
            if !isOver { body() }
        }
    }

    /// One after another; what was done already is refused, and counts as done.
    private func prepare() {
        guard let next = preparations.first else {
            for guest in guests { guest.begin() }
            return change()
        }
        order(next) { [self] result in
            switch result {
            case .applied(.auth), .applied(.failed(.userExists)), .applied(.failed(.roleExists)):
                preparations.removeFirst()
            default: break
            }
            later(1_000...20_000) { [self] in prepare() }
        }
    }

    /// The operator: a right is given or taken away, now and then a password is changed.
    private func change() {
        later(20_000...600_000) { [self] in
            let permits: Bool? =
                caller.dice.happens(perMille: 250) ? nil : caller.dice.happens(perMille: 500)
            let place = ledger.begin(permits: permits)
            order(Self.command(permits), place) { [self] result in
                switch result {
                case .applied(.auth): ledger.concluded(place, isSo: true, hasChanged: true)
                case .applied(.failed(.permissionNotGranted)):
                    ledger.concluded(place, isSo: true, hasChanged: false)
                default: ledger.concluded(place, isSo: false, hasChanged: false)
                }
                change()
            }
        }
    }

    private static func command(_ permits: Bool?) -> AuthCommand {
        var command = AuthCommand()
        switch permits {
        case nil: command.userChangePassword = .with { $0.name = "guest" }
        case true?:
            command.roleGrantPermission = .with {
                $0.name = role
                $0.perm = .with { ($0.permType, $0.key, $0.rangeEnd) = (.write, lower, upper) }
            }
        case false?:
            command.roleRevokePermission = .with {
                ($0.role, $0.key, $0.rangeEnd) = (role, lower, upper)
            }
        }
        return command
    }

    private func order(
        _ command: AuthCommand, _ place: Int? = nil, then: @escaping (ProposalResult?) -> Void
    ) {
        caller.call(
            { [ledger] (replica, then: @escaping (ProposalResult) -> Void) in
                if let place { ledger.carried(place, revision: replica.machine.auth.revision) }
                replica.propose(
                    .auth, credentials: replica.rootCredentials,
                    request: command.serializedBytes(), completion: then)
            }, then: then)
    }
}
