internal import EtcdMessages
internal import Protobuf

@testable internal import Authentication
@testable internal import StateMachine

/// What callers say of who they are: nobody is let in who does not say a token as it was issued.
enum TokenInput {
    private static let secrets = ["0123456789abcdef", "fedcba9876543210"]
    private static let slots: [UInt64] = [5, 70_000]

    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        if mode & 2 != 0 {
            return try WebTokenInput.run(Array(input.dropFirst()), isSigned: mode & 1 != 0)
        }
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        let bearer =
            mode & 1 == 0
            ? Bearer(token: text) : Bearer(token: nil, authorization: text)
        guard let said = bearer.token else { throw Breach("a token is lost") }
        let tokens = SimpleTokens(lifeMilliseconds: 1_000)
        let table = try users()
        let issued = zip(secrets, slots).map { secret, slot in
            IssuedToken(
                user: AuthTable.root, digest: SimpleTokens.digest(of: secret),
                revision: table.revision, slot: slot)
        }
        tokens.take(issued, nowMilliseconds: 0)
        let valid = zip(secrets, slots).map { "\($0).\($1)" }
        let user = tokens.user(of: said, table, nowMilliseconds: 1)
        try Breach.unless((user != nil) == valid.contains(said), "\(said) is taken for a token")
        // Somebody's nonsense costs nobody else the token.
        for token in valid {
            let user = tokens.user(of: token, table, nowMilliseconds: 2)
            try Breach.unless(user == AuthTable.root, "\(token) was lost")
        }
        try Breach.unless(tokens.count == 2, "\(tokens.count) tokens")
        _ = tokens.user(of: said, table, nowMilliseconds: 5_000)
    }

    private static func users() throws(Breach) -> AuthTable {
        let table = AuthTable()
        do throws(KVError) {
            try table.execute(.with { $0.userAdd.name = "root" }, slot: 1)
            try table.execute(.with { $0.roleAdd.name = "root" }, slot: 2)
            try table.execute(
                .with { $0.userGrantRole = .with { ($0.user, $0.role) = ("root", "root") } },
                slot: 3)
            try table.execute(.with { $0.enable = AuthEnableRequest() }, slot: 4)
        } catch {
            throw Breach("no users: \(error)")
        }
        return table
    }
}
