import Paxos

/// Reads a scenario: a line that begins in the first column is a comment (#) or a command; indented lines
/// below a command are what it is expected to cause. `run` gives the script with what it really caused.
///
///     cluster 3 [learners 1] [windowSlots 4 ...]   n1, n2, n3 begin
///     cluster 3 outsiders 2                        n4 and n5 run, and are no members
///     quietly COMMAND                              does not show what it causes
///     elect n1                                     only n1's time passes until it leads
///     tick n1 50 [x4] | tick all 50                time passes
///     propose n1 a b | read n1 7                   bundles in one turn; a read
///     deliver [n1>n2 ...] [twice] [together] [as 999]
///                                                  what is on these links now; in one turn; under
///                                                  another incarnation
///     drop | hold | release [n1>n2 ...]            loses it; keeps it back; puts it on the wire again
///     flush [n1 ...]                               disks finish; settle does both until all is quiet
///     cut n1 n2 | cut n1>n2 [after 1] | mend       links that lose what is sent, after one message
///     disconnect n1 n2 | connect n1 n2             n1 is told about its connection to n2
///     crash n1 [keeping 1] | restart n1
///     truncate n1 3                                n1's state is durable up to slot 3, apart from its log
///     install n1 from n2                           the state of n2 takes the place of that of n1
///     lose n1                                      the state of n1, which is down, is lost, and of its log
///                                                  what is truncated
///     kill n1 ROLE | revive n1 ROLE [amnesia]      proposer, acceptor or learner dies, comes back
///     roles n1                                     which are dead
///     move n1 [to n2] | resign n1
///     change n1 to n1 n2 n4-                       n1 is asked for this membership, n4 a learner
///     members n1                                   what governs, as n1 knows
///     inject n2>n1 KIND ...                        a message that nobody sent; see `ScriptMessage`
///     status n1
struct ScriptInterpreter {
    private var cluster: ScriptCluster?

    /// The script as it really goes.
    static func run(_ script: String) -> String {
        var interpreter = ScriptInterpreter()
        var output: [String] = []
        for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") { continue }
            output.append(String(line))
            if line.isEmpty || line.hasPrefix("#") { continue }
            output += interpreter.perform(String(line)).map { "  " + $0 }
        }
        return output.joined(separator: "\n")
    }

    private mutating func perform(_ line: String) -> [String] {
        var words = line.split(separator: " ").map(String.init)
        let isQuiet = words.first == "quietly"
        if isQuiet { words.removeFirst() }
        guard let verb = words.first else { return ["? empty command"] }
        let rest = Array(words.dropFirst())
        if verb == "cluster" {
            cluster = ScriptInterpreter.cluster(rest)
            return []
        }
        guard let cluster else { return ["? no cluster"] }
        let isKnown =
            ScriptInterpreter.time(verb, rest, cluster)
            || ScriptInterpreter.client(verb, rest, cluster)
            || ScriptInterpreter.wire(verb, rest, cluster)
            || ScriptInterpreter.life(verb, rest, cluster)
        defer { cluster.lines = [] }
        if !isKnown { return ["? \(line)"] }
        let broken = cluster.lines.filter { $0.contains("BROKEN") }
        return isQuiet ? broken : cluster.lines
    }

    // MARK: Commands

    private static func cluster(_ words: [String]) -> ScriptCluster {
        let options = stride(from: 1, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
        func count(_ name: String) -> Int {
            options.first { $0.0 == name }.flatMap { Int($0.1) } ?? 0
        }
        return ScriptCluster(
            voters: Int(words[0]) ?? 0, learners: count("learners"), outsiders: count("outsiders")
        ) { configuration in
            for (name, text) in options {
                let number = Int(text) ?? 0
                switch name {
                case "windowSlots": configuration.windowSlots = number
                case "windowBytes": configuration.windowBytes = number
                case "batchBytes": configuration.batchBytes = number
                case "chunkBytes": configuration.chunkBytes = number
                case "queueBytes": configuration.queueBytes = number
                case "tailBytes": configuration.tailBytes = number
                case "followerBytes": configuration.followerBytes = number
                case "unflushedBytes": configuration.unflushedBytes = number
                case "seed": configuration.seed = UInt64(number)
                default: break
                }
            }
        }
    }

    private static func time(_ verb: String, _ words: [String], _ cluster: ScriptCluster) -> Bool {
        switch verb {
        case "tick":
            let times = words.last.flatMap { $0.hasPrefix("x") ? Int($0.dropFirst()) : nil } ?? 1
            let step = words.compactMap { UInt64($0) }.first ?? 25
            let nodes = words.contains("all") ? Array(cluster.nodes.indices) : indices(words)
            for _ in 0..<times { for node in nodes { cluster.tick(node, step) } }
        case "elect":
            guard let node = indices(words).first else { return false }
            for _ in 0..<40 where cluster.nodes[node].core?.status.role != .leader {
                cluster.tick(node, 25)
                cluster.settle()
            }
            cluster.settle()
            cluster.lines = [
                ScriptText.text(cluster.nodes[node].core!.status)
            ]
        default: return false
        }
        return true
    }

    private static func client(
        _ verb: String, _ words: [String], _ cluster: ScriptCluster
    ) -> Bool {
        guard let node = indices(words).first else { return false }
        switch verb {
        case "propose":
            for word in words.dropFirst() {
                cluster.input(node, .propose(bundle: Array((word + ";").utf8)), endsTurn: false)
            }
            cluster.input(node, .endOfTurn, endsTurn: false)
        case "read":
            for word in words.dropFirst() {
                cluster.input(node, .read(number: UInt64(word) ?? 0), endsTurn: false)
            }
            cluster.input(node, .endOfTurn, endsTurn: false)
        case "move":
            let target = indices(words).dropFirst().first.map { cluster.nodes[$0].seat.replica }
            cluster.input(node, .moveLeader(to: target))
        case "resign": cluster.input(node, .resign)
        case "change": change(node, words.dropFirst(2), cluster)
        case "members":
            cluster.lines = [
                cluster.nodes[node].core.map {
                    "\(ScriptText.text(.membership($0.membership)))"
                        + " since slot \(ScriptText.text($0.configurationSlot))"
                } ?? "down"
            ]
        case "status":
            cluster.lines = [
                cluster.nodes[node].core.map { ScriptText.text($0.status) } ?? "down"
            ]
        default: return false
        }
        return true
    }

    private static func change(
        _ node: Int, _ words: ArraySlice<String>, _ cluster: ScriptCluster
    ) {
        let seats = words.compactMap { word -> Seat? in
            let isVoter = !word.hasSuffix("-")
            guard let place = index(isVoter ? word[...] : word.dropLast()) else { return nil }
            let seat = cluster.nodes[place].seat
            return seat.turned(isVoter ? .voter : .learner)
        }
        cluster.changes += 1
        cluster.input(node, .change(to: Membership(seats: seats), number: cluster.changes))
    }

    private static func wire(_ verb: String, _ words: [String], _ cluster: ScriptCluster) -> Bool {
        let links = links(words)
        let chosen = links.isEmpty ? nil : links
        switch verb {
        case "deliver":
            let incarnation = words.firstIndex(of: "as").flatMap { UInt64(words[$0 + 1]) }
            cluster.deliver(
                chosen, times: words.contains("twice") ? 2 : 1,
                incarnation: incarnation.map { Incarnation($0) },
                inOneTurn: words.contains("together"))
        case "drop": _ = cluster.take(chosen)
        case "hold": cluster.held += cluster.take(chosen)
        case "release":
            cluster.wire += cluster.held
            cluster.held = []
        case "flush":
            let nodes = indices(words)
            for node in nodes.isEmpty ? Array(cluster.nodes.indices) : nodes { cluster.flush(node) }
        case "settle": cluster.settle()
        case "cut":
            let pair = indices(words)
            let passes = words.firstIndex(of: "after").flatMap { Int(words[$0 + 1]) } ?? 0
            let broken = links + (pair.count == 2 ? both(pair[0], pair[1]) : [])
            cluster.cuts += broken.map { ScriptCluster.Cut(link: $0, passes: passes) }
        case "mend": cluster.cuts = []
        case "inject":
            guard let link = links.first, let message = ScriptMessage.parse(words.dropFirst())
            else { return false }
            let sender = Input.Sender(
                replica: cluster.nodes[link.source].seat.replica,
                incarnation: cluster.nodes[link.source].incarnation)
            cluster.input(link.target, .received(message, from: sender))
        default: return false
        }
        return true
    }

    private static func life(_ verb: String, _ words: [String], _ cluster: ScriptCluster) -> Bool {
        let nodes = indices(words)
        guard let node = nodes.first else { return false }
        switch verb {
        case "crash":
            let kept = words.firstIndex(of: "keeping").flatMap { Int(words[$0 + 1]) } ?? 0
            cluster.crash(node, keepingBoxes: kept)
        case "restart":
            cluster.start(node)
            let base = cluster.nodes[node].baseUpTo
            cluster.lines += cluster.nodes[node].applied.filter { $0.slot > base }.map {
                "n\(node + 1) replays \(ScriptText.text($0.slot)): \(ScriptText.text($0.value))"
            }
        case "truncate":
            cluster.truncate(node, upTo: Slot(words.compactMap { UInt64($0) }.first ?? 0))
        case "install": cluster.install(node, from: nodes[1])
        case "lose":
            cluster.lose(node)
        case "disconnect":
            cluster.input(node, .disconnected(cluster.nodes[nodes[1]].seat.replica))
        case "kill", "revive":
            guard let role = words.lazy.compactMap(Role.init).first else { return false }
            let revival: Revival =
                words.contains("amnesia")
                ? .amnesia : words.contains("unsafely") ? .unsafeAmnesia : .recovered
            cluster.input(node, verb == "kill" ? .kill(role) : .revive(role, revival))
        case "roles":
            let dead = cluster.nodes[node].core?.deadRoles.map(\.rawValue) ?? []
            cluster.lines = ["dead: \(dead.isEmpty ? "none" : dead.joined(separator: ", "))"]
        case "connect": cluster.input(node, .connected(cluster.nodes[nodes[1]].seat.replica))
        default: return false
        }
        return true
    }

    // MARK: Words

    static func index(_ word: some StringProtocol) -> Int? {
        guard word.hasPrefix("n"), let number = Int(word.dropFirst()) else { return nil }
        return number - 1
    }

    private static func indices(_ words: [String]) -> [Int] { words.compactMap(index) }

    private static func both(_ one: Int, _ other: Int) -> [ScriptCluster.Link] {
        [
            ScriptCluster.Link(source: one, target: other),
            ScriptCluster.Link(source: other, target: one),
        ]
    }

    private static func links(_ words: [String]) -> [ScriptCluster.Link] {
        words.compactMap { word in
            let ends = word.split(separator: ">").compactMap(index)
            guard ends.count == 2 else { return nil }
            return ScriptCluster.Link(source: ends[0], target: ends[1])
        }
    }
}
