internal import Basics
internal import Glibc
internal import SynodClient

/// The nodes of `synod cluster`, from their start to their end.
struct LocalCluster {
    private let nodes: [LocalNode]
    private let directory: String
    private let options: [String]
    private var children: [Child] = []

    /// A node's process, and whether its death was reported.
    private final class Child {
        let node: LocalNode
        let log: String
        var process: ChildProcess
        var isReported = false

        init(node: LocalNode, log: String, process: consuming ChildProcess) {
            self.node = node
            self.log = log
            self.process = process
        }
    }

    /// What a cluster that starts is waiting for.
    private enum Start { case ready, stopped(ExitCode) }

    /// `options` are further words for each node.
    init(nodes: [LocalNode], directory: String, options: [String]) {
        self.nodes = nodes
        self.directory = directory
        self.options = options
    }

    /// Runs the cluster until a signal ends it. Returns how that went.
    mutating func run() -> ExitCode {
        var signals = SignalInbox([SIGINT, SIGTERM, SIGHUP, SIGCHLD])
        let code: ExitCode
        do throws(SystemError) {
            try start()
            code = supervise(&signals)
        } catch {
            Console.complain(error.description)
            code = .failed
        }
        stop(&signals)
        return code
    }

    /// Runs the cluster while `work` goes on, from when all nodes answer. Returns what the work came to; a
    /// node that dies, or a signal, ends it.
    mutating func run(during work: @escaping @Sendable () async -> ExitCode) -> ExitCode {
        var signals = SignalInbox([SIGINT, SIGTERM, SIGHUP, SIGCHLD])
        var code = ExitCode.failed
        do throws(SystemError) {
            try start()
            switch waitUntilAllAnswer(&signals) {
            case .stopped(let why): code = why
            case .ready: code = supervise(work, &signals)
            }
        } catch {
            Console.complain(error.description)
        }
        stop(&signals)
        return code
    }

    private func supervise(
        _ work: @escaping @Sendable () async -> ExitCode, _ signals: inout SignalInbox
    ) -> ExitCode {
        let place = Monitor<ExitCode?>(nil)
        let task = Task.detached {
            let code = await work()
            place.update { $0 = code }
        }
        while true {
            if let code = place.withLock({ $0 }) { return code }
            let signal = signals.next(withinMilliseconds: 100)
            let isStopped = signal != nil && signal != SIGCHLD
            guard isStopped || reportDeaths() else { continue }
            task.cancel()
            _ = place.wait { $0 }
            return .failed
        }
    }

    private mutating func start() throws(SystemError) {
        try Files.makeDirectory(directory)
        let program = Files.ownProgram()
        for node in nodes {
            let log = "\(directory)/\(node.name).log"
            let words = node.arguments(among: nodes, directory: directory) + options
            let process = try ChildProcess(program: program, arguments: words, log: log)
            children.append(Child(node: node, log: log, process: process))
        }
    }

    private mutating func supervise(_ signals: inout SignalInbox) -> ExitCode {
        Console.line("\(nodes.count) nodes, data under \(directory)")
        if case .stopped(let code) = waitUntilAllAnswer(&signals) { return code }
        guard writeAndRead() else { return .failed }
        introduce()
        Console.line("ready")
        while true {
            guard let signal = signals.next(withinMilliseconds: 1_000) else {
                reportDeaths()
                continue
            }
            if signal != SIGCHLD { return .success }
            reportDeaths()
            if children.allSatisfy(\.isReported) {
                Console.complain("no node is left")
                return .failed
            }
        }
    }

    /// Asks each node in turn until it answers a linearizable read.
    private func waitUntilAllAnswer(_ signals: inout SignalInbox) -> Start {
        let deadline = Clock.milliseconds() + Limits.clusterStartMillisecondsMax
        var silent = nodes[...]
        while let node = silent.first {
            if Self.answers(node) {
                silent = silent.dropFirst()
                continue
            }
            if reportDeaths() { return .stopped(.failed) }
            if let signal = signals.next(withinMilliseconds: 50), signal != SIGCHLD {
                return .stopped(.success)
            }
            guard Clock.milliseconds() < deadline else {
                Console.complain("\(node.name) does not answer; see \(directory)/\(node.name).log")
                return .stopped(.unavailable)
            }
        }
        return .ready
    }

    private static func answers(_ node: LocalNode) -> Bool {
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = 1_000
        configuration.connectTimeoutMilliseconds = 200
        guard let client = try? Client(endpoints: [node.endpoint], configuration: configuration)
        else { preconditionFailure("a port makes an endpoint") }
        defer { client.close() }
        // A missing key is an answer too.
        return Blocking.run { (try? await client.get(.key(Array("synod".utf8)))) != nil }
    }

    /// Writes through the first node and reads through the last one.
    private func writeAndRead() -> Bool {
        let (key, value) = ("synod/cluster/hello", "from \(nodes[0].name)")
        guard let writer = try? Client(endpoints: [nodes[0].endpoint]),
            let reader = try? Client(endpoints: [nodes[nodes.count - 1].endpoint])
        else { preconditionFailure("a port makes an endpoint") }
        defer {
            writer.close()
            reader.close()
        }
        let found = Blocking.run { () -> Result<String?, ClientError> in
            do throws(ClientError) {
                try await writer.put(key, value)
                return .success(try await reader.get(key)?.valueText)
            } catch { return .failure(error) }
        }
        switch found {
        case .success(value):
            Console.line(
                "wrote \(key) through \(nodes[0].name), read \"\(value)\" through "
                    + nodes[nodes.count - 1].name)
            return true
        case .success(let other):
            Console.complain("wrote \"\(value)\", but read \(other ?? "nothing")")
        case .failure(let error): Console.complain("the first write failed: \(error)")
        }
        return false
    }

    private func introduce() {
        let endpoints = nodes.map(\.endpoint).joined(separator: ",")
        for child in children {
            Console.line(
                "\(child.node.name)  \(child.node.clientURL)  peers \(child.node.peerURL)"
                    + "  process \(child.process.processID)  log \(child.log)")
        }
        let (first, last) = (nodes[0], nodes[nodes.count - 1])
        Console.line(
            """

            What to try next, in another terminal:
              etcdctl --endpoints \(endpoints) put greeting hello
              etcdctl --endpoints \(endpoints) endpoint status --write-out table
              curl -X POST '\(first.clientURL)/kv/set?key=colour&value=blue'
              curl '\(last.clientURL)/kv/get?key=colour'
              \(Files.ownProgram()) demo --endpoints \(endpoints)
              \(Files.ownProgram()) shell 127.0.0.1 \(first.clientPort)
            Kill a node with kill -9 and see the others go on. Ctrl-C stops all nodes.

            """)
    }

    /// Says which nodes died since the last call. Returns whether there were any.
    @discardableResult
    private func reportDeaths() -> Bool {
        var found = false
        for child in children where !child.isReported && child.process.hasEnded() {
            found = true
            child.isReported = true
            let end = child.process.end.map { "\($0)" } ?? ""
            Console.complain("\(child.node.name) \(end); the end of \(child.log):")
            Console.note(Files.tail(child.log, bytesMax: Limits.logTailBytesMax))
        }
        return found
    }

    /// Asks all nodes to stop, waits, and kills those that do not.
    private func stop(_ signals: inout SignalInbox) {
        for child in children { child.process.send(signal: SIGTERM) }
        let deadline = Clock.milliseconds() + Limits.nodeStopMillisecondsMax
        while !allEnded(), Clock.milliseconds() < deadline {
            _ = signals.next(withinMilliseconds: 50)
        }
        for child in children where !child.process.hasEnded() {
            Console.complain("\(child.node.name) does not stop; it is killed")
            child.process.send(signal: SIGKILL)
        }
        while !allEnded() { _ = signals.next(withinMilliseconds: 10) }
        if !children.isEmpty { Console.line("all nodes stopped") }
    }

    private func allEnded() -> Bool {
        children.reduce(true) { result, child in child.process.hasEnded() && result }
    }
}
