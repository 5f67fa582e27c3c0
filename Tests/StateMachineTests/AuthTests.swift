import Basics
import EtcdMessages
import MVCC
import Protobuf
import Rows
import StateMachine
import Testing

/// Users, roles and rights as replicas agree on them: etcd's refusals, and what is asked again at apply.
@Suite("Users and rights")
struct AuthTests {
    let machine = Machine()
    var auth: AuthTable { machine.state.auth }

    // MARK: Commands

    @discardableResult
    func change(
        as user: String? = nil, _ populate: (inout AuthCommand) -> Void
    ) -> KVError? {
        run(.auth, AuthCommand.with(populate), as: user)
    }

    func run(
        _ kind: CommandKind, _ request: some ProtobufMessage, as user: String?,
        at revision: UInt64? = nil, session: ClientSession? = nil
    ) -> KVError? {
        let credentials = user.map {
            Credentials(user: Array($0.utf8), authRevision: revision ?? auth.revision)
        }
        let batch = machine.batch(
            [(kind, request.serializedBytes())], session: session, credentials: credentials)
        guard case .failed(let error) = machine.apply(batch)[0] else { return nil }
        return error
    }

    func addUser(_ name: String, roles: [String] = [], as user: String? = nil) {
        change(as: user) {
            $0.userAdd = .with { ($0.name, $0.hashedPassword) = (name, "hash of \(name)") }
        }
        for role in roles {
            change(as: user) { $0.userGrantRole = .with { ($0.user, $0.role) = (name, role) } }
        }
    }

    func addRole(
        _ name: String, _ permissions: [(Permission.TypeEnum, String, String)] = [],
        as user: String? = nil
    ) {
        change(as: user) { $0.roleAdd = .with { $0.name = name } }
        for permission in permissions { grant(name, permission, as: user) }
    }

    @discardableResult
    func grant(
        _ role: String, _ permission: (Permission.TypeEnum, String, String), as user: String? = nil
    ) -> KVError? {
        change(as: user) {
            $0.roleGrantPermission = .with {
                $0.name = role
                $0.perm = .with {
                    $0.permType = permission.0
                    $0.key = Array(permission.1.utf8)
                    $0.rangeEnd = Array(permission.2.utf8)
                }
            }
        }
    }

    /// `root`, who may do everything, and users count.
    func enable() {
        addUser("root", roles: ["root"])
        #expect(change { $0.enable = AuthEnableRequest() } == nil)
    }

    @Test("a compaction that nodes propose by themselves needs no user, a client's does")
    func compactionByItself() {
        enable()
        #expect(put("k", as: "root") == nil)
        #expect(put("k", as: "root") == nil)
        let request = CompactionRequest.with { $0.revision = 2 }
        #expect(run(.compaction, request, as: nil) == .userEmpty)
        #expect(run(.compactionByItself, request, as: nil) == nil)
        #expect(machine.state.keyspace.compactedRevision == 2)
    }

    func put(_ key: String, as user: String?, _ populate: (inout PutRequest) -> Void = { _ in })
        -> KVError?
    {
        run(.put, PutRequest.make(key, "v", populate), as: user)
    }

    // MARK: The table

    @Test func changesAreRefusedInEtcdsWords() {
        #expect(change { $0.enable = AuthEnableRequest() } == .rootUserMissing)
        #expect(change { $0.userAdd = AuthUserAddRequest() } == .userEmpty)
        #expect(change { $0.roleAdd = AuthRoleAddRequest() } == .roleEmpty)
        addUser("root")
        #expect(change { $0.enable = AuthEnableRequest() } == .rootRoleMissing)
        #expect(change { $0.userAdd = .with { $0.name = "root" } } == .userExists)
        #expect(
            change { $0.userGrantRole = .with { ($0.user, $0.role) = ("x", "x") } }
                == .userNotFound)
        #expect(
            change { $0.userGrantRole = .with { ($0.user, $0.role) = ("root", "x") } }
                == .roleNotFound)
        #expect(
            change { $0.userRevokeRole = .with { ($0.name, $0.role) = ("root", "x") } }
                == .roleNotGranted)
        #expect(
            change { $0.userRevokeRole = .with { ($0.name, $0.role) = ("x", "x") } }
                == .userNotFound)
        #expect(change { $0.userDelete = .with { $0.name = "x" } } == .userNotFound)
        #expect(change { $0.userChangePassword = .with { $0.name = "x" } } == .userNotFound)
        #expect(change { $0.roleDelete = .with { $0.role = "x" } } == .roleNotFound)
        addRole("r")
        #expect(change { $0.roleAdd = .with { $0.name = "r" } } == .roleExists)
        #expect(
            change { $0.roleGrantPermission = .with { $0.name = "r" } } == .permissionNotGiven)
        #expect(grant("x", (.read, "k", "")) == .roleNotFound)
        #expect(grant("r", (.read, "", "")) == .invalidAuthManagement)
        #expect(grant("r", (.read, "b", "a")) == .invalidAuthManagement)
        #expect(grant("r", (.UNRECOGNIZED(7), "b", "")) == .invalidAuthManagement)
        #expect(
            change { $0.roleRevokePermission = .with { $0.role = "r" } } == .permissionNotGranted)
        #expect(
            change { $0.roleRevokePermission = .with { $0.role = "x" } } == .roleNotFound)
        #expect(change { _ in } == .malformedCommand)
    }

    @Test func theRevisionRisesWithEachChangeAndWithNothingElse() {
        #expect(auth.revision == 1)
        addUser("root", roles: ["root"])
        #expect(auth.revision == 3)
        change { $0.userGrantRole = .with { ($0.user, $0.role) = ("root", "root") } }
        change { $0.userAdd = .with { $0.name = "root" } }
        #expect(auth.revision == 3, "nothing was changed")
        change { $0.enable = AuthEnableRequest() }
        #expect(auth.revision == 3, "as etcd has it")
        change(as: "root") { $0.disable = AuthDisableRequest() }
        #expect(auth.revision == 4 && !auth.isEnabled)
        change { $0.disable = AuthDisableRequest() }
        #expect(auth.revision == 4)
    }

    @Test func rootCannotBeLockedOutWhileUsersCount() {
        enable()
        for populate: (inout AuthCommand) -> Void in [
            { $0.userDelete = .with { $0.name = "root" } },
            { $0.roleDelete = .with { $0.role = "root" } },
            { $0.userRevokeRole = .with { ($0.name, $0.role) = ("root", "root") } },
        ] {
            #expect(change(as: "root", populate) == .invalidAuthManagement)
        }
    }

    @Test func aPermissionOnTheSameRangeTakesThePlaceOfTheOther() {
        addRole("r", [(.read, "a", "c"), (.write, "a", ""), (.readwrite, "a", "c")])
        let permissions = auth.role(Array("r".utf8))?.permissions
        #expect(permissions?.map(\.kind) == [.write, .readWrite])
    }

    @Test func aRoleThatIsTakenAwayIsNobodysAnyMore() {
        addRole("r", [(.readwrite, "a", "")])
        addUser("u", roles: ["r"])
        enable()
        #expect(put("a", as: "u") == nil)
        change(as: "root") { $0.roleDelete = .with { $0.role = "r" } }
        #expect(put("a", as: "u") == .permissionDenied)
        addRole("r", [(.readwrite, "a", "")], as: "root")
        #expect(put("a", as: "u") == .permissionDenied)
        #expect(auth.user(Array("u".utf8))?.roles == [])
    }

    @Test func theTableHasALimit() {
        let name = String(repeating: "n", count: 1 << 20)
        for place in 0..<7 {
            #expect(change { $0.userAdd = .with { $0.name = "\(place)" + name } } == nil)
        }
        #expect(change { $0.userAdd = .with { $0.name = "8" + name } } == .tooManyUsers)
        change { $0.userDelete = .with { $0.name = "1" + name } }
        #expect(change { $0.userAdd = .with { $0.name = "8" + name } } == nil)
    }

    // MARK: Rights

    @Test func whoeverHasNoUserDoesNothing() {
        enable()
        #expect(put("a", as: nil) == .userEmpty)
        #expect(put("a", as: "nobody") == .permissionDenied)
        #expect(change { $0.userAdd = .with { $0.name = "x" } } == .userEmpty)
        #expect(put("a", as: "root") == nil)
    }

    @Test func rightsThatHaveChangedSinceAreLookedUpAgain() {
        enable()
        let before = auth.revision
        addUser("u", as: "root")
        let request = PutRequest.make("a", "v")
        #expect(run(.put, request, as: "root", at: before) == .oldAuthRevision)
        #expect(run(.put, request, as: "root", at: before + 9) == .oldAuthRevision)
        #expect(machine.state.marks[.oldRightsRefused] == 2)
    }

    /// The union of permissions, and what a request asks of it.
    @Test(arguments: [
        ("a", "", true), ("a", "c", true), ("a", "d", true), ("a", "d\u{0}", false),
        ("b", "\u{0}", false), ("d", "", false), ("e", "", true), ("e", "f", false),
        ("e", "e\u{0}", true), ("x", "\u{0}", true), ("w", "\u{0}", false), ("z", "y", false),
        ("c", "a", false), ("", "", false),
    ])
    func aRangeIsPermittedIfTheUnionCoversIt(_ key: String, _ end: String, _ isPermitted: Bool) {
        addRole("one", [(.write, "a", "b"), (.write, "b", "c"), (.write, "e", "")])
        addRole("two", [(.readwrite, "c", "d"), (.write, "x", "\u{0}"), (.read, "d", "")])
        addUser("u", roles: ["one", "two"])
        enable()
        let request = DeleteRangeRequest.make(key, end)
        let expected: KVError? = isPermitted ? nil : .permissionDenied
        #expect(run(.deleteRange, request, as: "u") == expected)
    }

    @Test func previousPairsTakeTheRightToRead() {
        addRole("w", [(.write, "a", "")])
        addUser("u", roles: ["w"])
        enable()
        #expect(put("a", as: "u") == nil)
        #expect(put("a", as: "u") { $0.prevKv = true } == .permissionDenied)
        #expect(
            run(.deleteRange, DeleteRangeRequest.make("a", "", true), as: "u")
                == .permissionDenied)
        let add = ReadModifyWriteRequest.with {
            $0.key = [UInt8(ascii: "a")]
            $0.append = [1]
        }
        #expect(run(.readModifyWrite, add, as: "u") == .permissionDenied)
    }

    @Test func aLeaseTakesTheRightToWriteItsKeys() {
        addRole("w", [(.readwrite, "a", "b")])
        addUser("u", roles: ["w"])
        enable()
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (5, 60) }
        #expect(run(.leaseGrant, grant, as: nil) == .userEmpty)
        #expect(run(.leaseGrant, grant, as: "u") == nil)
        #expect(put("a1", as: "u") { $0.lease = 5 } == nil)
        #expect(put("z", as: "root") { $0.lease = 5 } == nil)
        #expect(put("a2", as: "u") { $0.lease = 5 } == .permissionDenied)
        let nested = TxnRequest.with { $0.failure = [.put("a2") { $0.lease = 5 }] }
        #expect(run(.txn, nested, as: "u") == .permissionDenied)
        let revoke = LeaseRevokeRequest.with { $0.id = 5 }
        #expect(run(.leaseRevoke, revoke, as: "u") == .permissionDenied)
        #expect(run(.deleteRange, DeleteRangeRequest.make("z"), as: "root") == nil)
        #expect(run(.leaseRevoke, revoke, as: "u") == nil)
    }

    @Test func whatIsNotForUsersIsForRoot() {
        addUser("u")
        enable()
        let compaction = CompactionRequest.with { $0.revision = 1 }
        #expect(run(.compaction, compaction, as: "u") == .permissionDenied)
        let alarm = AlarmRequest.with { $0.action = .activate }
        #expect(run(.alarm, alarm, as: "u") == .permissionDenied)
        #expect(change(as: "u") { $0.disable = .init() } == .permissionDenied)
        #expect(run(.registerSession, RegisterSessionRequest(), as: nil) == .userEmpty)
        #expect(run(.setQuota, SetQuotaRequest(), as: nil) == nil)
    }

    @Test func aFirstResultIsForThoseWhoMightHaveAskedForIt() {
        addRole("r", [(.readwrite, "a", "")])
        addUser("u", roles: ["r"])
        addUser("v")
        enable()
        let batch = machine.batch(
            [(.registerSession, [])],
            credentials: Credentials(user: Array("u".utf8), authRevision: auth.revision))
        guard case .registerSession(let response) = machine.apply(batch)[0] else {
            Issue.record("no session")
            return
        }
        let session = ClientSession(id: response.session, sequence: 1)
        let request = PutRequest.make("a", "v") { $0.prevKv = true }
        #expect(run(.put, request, as: "v", session: session) == .permissionDenied)
        #expect(run(.put, request, as: "u", session: session) == nil, "the refusal was not kept")
        #expect(run(.put, request, as: "v", session: session) == .permissionDenied)
        #expect(run(.put, request, as: "u", session: session) == nil)
        #expect(machine.state.sessionRetryCount == 1)
    }

    // MARK: Tokens

    private func issue(_ name: String, at revision: UInt64? = nil) -> KVError? {
        change {
            $0.issueToken = .with {
                $0.name = name
                $0.tokenDigest = [1]
                $0.checkedRevision = revision ?? auth.revision
            }
        }
    }

    @Test func aTokenIsGoodUntilThePasswordOrTheUserIsAnotherOne() throws {
        #expect(issue("u") == .authNotEnabled)
        addUser("u")
        change {
            $0.userAdd = .with {
                $0.name = "n"
                $0.options = .with { $0.noPassword = true }
            }
        }
        enable()
        #expect(issue("x") == .authenticationFailed)
        #expect(issue("n") == .authenticationFailed)
        #expect(issue("u", at: auth.revision - 1) == .oldAuthRevision)
        #expect(issue("u") == nil)
        let token = try #require(auth.takeIssued().first)
        #expect(auth.isValid(token) && token.slot == machine.slot && auth.takeIssued().isEmpty)
        addRole("r", as: "root")
        #expect(auth.isValid(token), "other changes leave it good")
        change(as: "root") {
            $0.userChangePassword = .with { ($0.name, $0.hashedPassword) = ("u", "other") }
        }
        #expect(!auth.isValid(token))
        #expect(issue("u") == nil)
        let second = try #require(auth.takeIssued().first)
        change(as: "root") { $0.userDelete = .with { $0.name = "u" } }
        addUser("u", as: "root")
        #expect(!auth.isValid(second))
        #expect(issue("u") == nil)
        let third = try #require(auth.takeIssued().first)
        change(as: "root") { $0.disable = AuthDisableRequest() }
        #expect(!auth.isValid(third))
        change { $0.enable = AuthEnableRequest() }
        #expect(!auth.isValid(third), "what was void stays void")
    }

    // MARK: Bases

    @Test func theTableIsARowThatARestartTakesOver() throws {
        addRole("r", [(.read, "a", "b"), (.write, "c", "\u{0}")])
        addUser("u", roles: ["r"])
        enable()
        let digest = machine.state.digest()
        let restored = ReplicatedState()
        try restored.restore(machine.state.freezeTables().rows, over: KeyRows(MemoryRows()))
        #expect(restored.auth.isEnabled && restored.auth.users == auth.users)
        #expect(restored.auth.roles == auth.roles && restored.auth.revision == auth.revision)
        #expect(machine.state.digest() == digest)
        #expect(
            !machine.state.freezeTables().rows.contains { $0.name == "auth" }, "nothing has changed"
        )
        addUser("v", as: "root")
        #expect(machine.state.digest() != digest)
        #expect(machine.state.freezeTables().rows.contains { $0.name == "auth" })
    }

    @Test func aBaseWithoutTheTableLetsNobodyIn() {
        let tables = machine.state.freezeTables().rows.filter { $0.name != "auth" }
        #expect(throws: KeyBaseError.self) {
            try ReplicatedState().restore(tables, over: KeyRows(MemoryRows()))
        }
    }
}
