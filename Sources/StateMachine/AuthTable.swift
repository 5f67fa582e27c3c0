internal import MVCC

/// The replicated table of users and roles, and whether they count.
///
/// Not Sendable: one loop owns it.
package final class AuthTable {
    /// The name of the user that must exist, and of the role that permits everything.
    package static let root = Array("root".utf8)

    /// Whether requests need a user.
    package private(set) var isEnabled = false
    /// Rises with each change of users and roles, and when they cease to count. A request says which one its
    /// rights were looked up at.
    package private(set) var revision: UInt64 = 1
    /// The revision at which the table last ceased to count: tokens from before are void.
    private(set) var disabledRevision: UInt64 = 0
    /// In byte order of their names.
    package private(set) var users: [AuthUser] = []
    /// In byte order of their names.
    package private(set) var roles: [AuthRole] = []
    /// Bytes of all names, keys and hashes.
    private var byteCount = 0

    /// Whether something has changed since the last flush began. A base always has this table: one without it would
    /// let everybody in.
    private var isChanged = true
    /// Nil: to be computed again.
    private var rowsDigest: UInt64?
    /// What users may do at this revision, as far as somebody asked. Asked by its key only and never walked.
    private var rights: [[UInt8]: UserRights] = [:]
    /// The one that was asked for last: most requests come in a row from the same user.
    private var lastRights: UserRights?
    /// Tokens that were issued since somebody last took them, here or elsewhere. No part of what replicas agree on.
    private var issued: [IssuedToken] = []

    package init() {}

    // MARK: Questions

    /// The user of this name.
    package func user(_ name: [UInt8]) -> AuthUser? { place(ofUser: name).found.map { users[$0] } }

    /// The role of this name.
    package func role(_ name: [UInt8]) -> AuthRole? { place(ofRole: name).found.map { roles[$0] } }

    /// What a user may do; nil if there is none of this name.
    package func rights(of name: [UInt8]) -> UserRights? {
        if let lastRights, lastRights.user == name { return lastRights }
        return lookUpRights(of: name)
    }

    /// The same for a name in borrowed memory.
    func rights(of name: UnsafeRawBufferPointer) -> UserRights? {
        if let lastRights,
            lastRights.user.withUnsafeBytes({ KeyOrder.compare($0, name) == 0 })
        {
            return lastRights
        }
        return lookUpRights(of: Array(name))
    }

    private func lookUpRights(of name: [UInt8]) -> UserRights? {
        if let known = rights[name] {
            lastRights = known
            return known
        }
        guard let user = user(name) else { return nil }
        let made = UserRights(user, user.roles.flatMap { role($0)?.permissions ?? [] })
        rights[name] = made
        lastRights = made
        return made
    }

    /// Whether a token still says who its bearer is.
    package func isValid(_ token: IssuedToken) -> Bool {
        isSame(token.user, since: token.revision)
    }

    /// Whether a user is the one of this name that there was at a revision, with the same password, and users have
    /// counted ever since.
    package func isSame(_ name: [UInt8], since revision: UInt64) -> Bool {
        guard isEnabled, revision >= disabledRevision, let user = user(name) else { return false }
        return revision >= user.passwordRevision
    }

    /// Tokens that were issued since the last call.
    package func takeIssued() -> [IssuedToken] {
        if issued.isEmpty { return [] }
        defer { issued = [] }
        return issued
    }

    // MARK: Changes

    func enable() throws(KVError) {
        if isEnabled { return }
        guard let user = user(Self.root) else { throw .rootUserMissing }
        guard user.isRoot else { throw .rootRoleMissing }
        isEnabled = true
        touch()
    }

    func disable() {
        guard isEnabled else { return }
        isEnabled = false
        change()
        disabledRevision = revision
    }

    func issue(_ token: IssuedToken) {
        if issued.count >= Limits.issuedTokensKept { issued.removeFirst(issued.count / 2) }
        issued.append(token)
    }

    func add(_ name: [UInt8], hash: String, hasNoPassword: Bool) throws(KVError) {
        let (found, place) = place(ofUser: name)
        if found != nil { throw .userExists }
        let user = AuthUser(
            name: name, hasNoPassword: hasNoPassword, passwordHash: hash,
            passwordRevision: revision + 1)
        try makeRoom(user.byteCount)
        change()
        users.insert(user, at: place)
    }

    func removeUser(_ name: [UInt8]) throws(KVError) {
        guard let place = place(ofUser: name).found else { throw .userNotFound }
        change()
        free(users.remove(at: place).byteCount)
    }

    /// Changes a user; `body` says whether it has changed anything.
    func updateUser(
        _ name: [UInt8], _ body: (inout AuthUser) throws(KVError) -> Bool
    ) throws(KVError) {
        guard let place = place(ofUser: name).found else { throw .userNotFound }
        var user = users[place]
        let before = user.byteCount
        guard try body(&user) else { return }
        try makeRoom(user.byteCount - before)
        change()
        users[place] = user
    }

    /// The user's password is another one.
    func setPassword(_ hash: String, of name: [UInt8]) throws(KVError) {
        let next = revision + 1
        try updateUser(name) { user throws(KVError) in
            if !user.hasNoPassword { user.passwordHash = hash }
            user.passwordRevision = next
            return true
        }
    }

    func addRole(_ name: [UInt8]) throws(KVError) {
        let (found, place) = place(ofRole: name)
        if found != nil { throw .roleExists }
        let role = AuthRole(name: name)
        try makeRoom(role.byteCount)
        change()
        roles.insert(role, at: place)
    }

    /// Takes a role away, from its users, too.
    func removeRole(_ name: [UInt8]) throws(KVError) {
        guard let place = place(ofRole: name).found else { throw .roleNotFound }
        change()
        free(roles.remove(at: place).byteCount)
        for index in users.indices where users[index].roles.contains(name) {
            let before = users[index].byteCount
            users[index].roles.removeAll { $0 == name }
            free(before - users[index].byteCount)
        }
    }

    func updateRole(
        _ name: [UInt8], _ body: (inout AuthRole) throws(KVError) -> Void
    ) throws(KVError) {
        guard let place = place(ofRole: name).found else { throw .roleNotFound }
        var role = roles[place]
        let before = role.byteCount
        try body(&role)
        try makeRoom(role.byteCount - before)
        change()
        roles[place] = role
    }

    private func makeRoom(_ bytes: Int) throws(KVError) {
        guard bytes <= 0 || byteCount + bytes <= Limits.authBytesMax else { throw .tooManyUsers }
        byteCount += bytes
    }

    private func free(_ bytes: Int) { byteCount -= bytes }

    private func change() {
        revision += 1
        touch()
    }

    private func touch() {
        isChanged = true
        rowsDigest = nil
        rights = [:]
        lastRights = nil
    }

    // MARK: Flushes

    /// Whether something has changed since the last call.
    func takeChange() -> Bool {
        defer { isChanged = false }
        return isChanged
    }

    /// The next flush writes it down, though nothing has changed: it is the first one of another cluster.
    func writeAgain() { isChanged = true }

    /// Adds the whole table, in constant time as long as it stays the same.
    func add(to digest: inout StateDigest) {
        if rowsDigest == nil {
            var rows = StateDigest()
            for user in users { user.add(to: &rows) }
            for role in roles { role.add(to: &rows) }
            rowsDigest = rows.value
        }
        digest.add(UInt64(isEnabled ? 1 : 0))
        digest.add(revision)
        digest.add(disabledRevision)
        digest.add(rowsDigest ?? 0)
    }

    /// Forgets everything in favour of what a base holds.
    func replace(by kept: AuthTable) {
        (isEnabled, revision) = (kept.isEnabled, kept.revision)
        disabledRevision = kept.disabledRevision
        (users, roles) = (kept.users, kept.roles)
        touch()
        isChanged = false
        issued = []
        countBytes()
    }

    /// For whoever reads a table from its row: users and roles are in order.
    func fill(
        isEnabled: Bool, revision: UInt64, disabledRevision: UInt64, users: [AuthUser],
        roles: [AuthRole]
    ) {
        (self.isEnabled, self.revision) = (isEnabled, revision)
        self.disabledRevision = disabledRevision
        (self.users, self.roles) = (users, roles)
        touch()
        countBytes()
    }

    /// The limit is part of what replicas agree on: it depends on the table, and not on its past.
    private func countBytes() {
        byteCount = users.reduce(0) { $0 + $1.byteCount } + roles.reduce(0) { $0 + $1.byteCount }
    }

    // MARK: Places

    private func place(ofUser name: [UInt8]) -> (found: Int?, place: Int) {
        Self.place(of: name, users.count) { users[$0].name }
    }

    private func place(ofRole name: [UInt8]) -> (found: Int?, place: Int) {
        Self.place(of: name, roles.count) { roles[$0].name }
    }

    private static func place(
        of name: [UInt8], _ count: Int, _ nameAt: (Int) -> [UInt8]
    ) -> (found: Int?, place: Int) {
        var (lower, upper) = (0, count)
        while lower < upper {
            let middle = (lower + upper) / 2
            let order = KeyOrder.compare(nameAt(middle), name)
            if order == 0 { return (middle, middle) }
            if order < 0 {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return (nil, lower)
    }
}
