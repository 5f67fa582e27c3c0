internal import SynodClient

/// Prints members and changes of them as etcdctl does, so that scripts which read that can read this.
struct MemberPrinter {
    let form: ResultPrinter.Form

    func list(_ result: MembersResult) {
        guard form == .simple else { return json(result) }
        for member in result.members { Console.line(Self.line(member)) }
    }

    /// A member that was added under `name`, and how it is started.
    func added(_ result: MembersResult, _ what: String, name: String) {
        guard form == .simple, let member = result.member else { return json(result) }
        Console.line(sentence(member.id, what, result))
        Console.line()
        for line in Self.environment(of: member, named: name, among: result.members) {
            Console.line(line)
        }
    }

    func replaced(_ result: MembersResult, _ old: UInt64, name: String) {
        if form == .simple { Console.line(sentence(old, "removed from", result)) }
        added(result, "added to", name: name)
    }

    func changed(_ result: MembersResult, _ id: UInt64, _ what: String) {
        guard form == .simple else { return json(result) }
        Console.line(sentence(id, what, result))
    }

    /// The variables of a member that joins: to be put before `synod serve`, or into its unit file.
    static func environment(
        of member: Member, named name: String, among members: [Member]
    ) -> [String] {
        let cluster = members.flatMap { other in
            other.peerURLs.map { "\(other.id == member.id ? name : other.name)=\($0)" }
        }
        return [
            "ETCD_NAME=\"\(name)\"",
            "ETCD_INITIAL_CLUSTER=\"\(cluster.joined(separator: ","))\"",
            "ETCD_INITIAL_ADVERTISE_PEER_URLS=\"\(member.peerURLs.joined(separator: ","))\"",
            "ETCD_INITIAL_CLUSTER_STATE=\"existing\"",
        ]
    }

    static func line(_ member: Member) -> String {
        [
            Hexadecimal.id(member.id), member.name.isEmpty ? "unstarted" : "started", member.name,
            member.peerURLs.joined(separator: ","), member.clientURLs.joined(separator: ","),
            "\(member.isLearner)",
        ].joined(separator: ", ")
    }

    private func sentence(_ id: UInt64, _ what: String, _ result: MembersResult) -> String {
        "Member \(Self.padded(id)) \(what) cluster \(Self.padded(result.info.clusterID))"
    }

    private static func padded(_ id: UInt64) -> String {
        let digits = Hexadecimal.id(id)
        return String(repeating: " ", count: 16 - digits.count) + digits
    }

    private func json(_ result: MembersResult) {
        let info = result.info
        let header = JSONText.Value.object([
            ("cluster_id", .unsigned(info.clusterID)), ("member_id", .unsigned(info.memberID)),
            ("raft_term", .unsigned(info.ballotRound)),
        ])
        let added = result.member.map { [("member", Self.json($0))] } ?? []
        let members = ("members", JSONText.Value.list(result.members.map(Self.json)))
        Console.line(JSONText.encode(.object([("header", header)] + added + [members])))
    }

    /// What is empty is left out.
    private static func json(_ member: Member) -> JSONText.Value {
        var fields: [(String, JSONText.Value)] = [("ID", .unsigned(member.id))]
        if !member.name.isEmpty { fields.append(("name", .text(member.name))) }
        fields.append(("peerURLs", .list(member.peerURLs.map { .text($0) })))
        if !member.clientURLs.isEmpty {
            fields.append(("clientURLs", .list(member.clientURLs.map { .text($0) })))
        }
        if member.isLearner { fields.append(("isLearner", .boolean(true))) }
        return .object(fields)
    }
}
