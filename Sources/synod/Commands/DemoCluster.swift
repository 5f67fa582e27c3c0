internal import SynodClient

/// The cluster that `synod demo --nodes` starts, and what is shown on it.
struct DemoCluster {
    private let nodes: [LocalNode]
    private let chaos: ChaosPlan?
    private let bounds: DeathDemo.Bounds
    private let directory: String

    /// Reads the flags of the command; ports are free ones.
    init(_ values: FlagValues, nodes count: Int) throws(UsageError) {
        let ports: [UInt16]
        do throws(SystemError) {
            ports = try FreePorts.filled(Array(repeating: 0, count: 2 * count))
        } catch { throw UsageError(error.description) }
        nodes = (0..<count).map {
            LocalNode(name: "node\($0 + 1)", clientPort: ports[$0], peerPort: ports[count + $0])
        }
        chaos = try Self.plan(values)
        guard let duration = DurationText.milliseconds(values.text("duration")) else {
            throw UsageError("--duration: \"\(values.text("duration"))\" is no time; write 60s")
        }
        bounds = DeathDemo.Bounds(
            milliseconds: duration,
            deathsMin: UInt64(try values.integer("deaths", in: 0...Limits.deathsMax)),
            roles: chaos?.roleNames ?? [])
        directory = values.text("data-dir")
    }

    /// Starts the nodes, shows what there is to show, and stops them.
    func run(populate: Int, operations: Int) -> ExitCode {
        let place: String
        do throws(SystemError) {
            place = directory.isEmpty ? try Files.makeTemporaryDirectory() : directory
        } catch {
            Console.complain(error.description)
            return .failed
        }
        var options = ["--log-level", "info", "--segment-bytes", "\(Limits.demoSegmentBytes)"]
        if let chaos {
            options += ["--chaos", "\(chaos)"]
            Console.line("roles die at random: \(chaos)")
        }
        var cluster = LocalCluster(nodes: nodes, directory: place, options: options)
        let code = cluster.run(during: work(populate: populate, operations: operations))
        if directory.isEmpty, code == .success {
            Files.removeTree(place)
        } else {
            Console.line("data and logs lie in \(place)")
        }
        return code
    }

    private func work(
        populate: Int, operations: Int
    ) -> @Sendable () async -> ExitCode {
        let endpoints = nodes.map { Endpoint(host: "127.0.0.1", port: $0.clientPort) }
        guard chaos == nil else {
            let demo = DeathDemo(names: nodes.map(\.name), endpoints: endpoints, bounds: bounds)
            return { await demo.run(populate: populate, workers: Limits.deathDemoWorkers) }
        }
        return {
            guard let client = try? Client(endpoints: endpoints) else {
                preconditionFailure("there is a node")
            }
            defer { client.close() }
            var demo = Demo(client: client)
            return await demo.run(populate: populate, operations: operations)
        }
    }

    /// A plan, or the names of roles, which die every few seconds then; with a seed in any case, so that
    /// it can be run again.
    private static func plan(_ values: FlagValues) throws(UsageError) -> ChaosPlan? {
        var text = values.text("chaos")
        guard !text.isEmpty else { return nil }
        if !text.contains("=") {
            text = values.list("chaos").map { "\($0)=mean:2500ms,down:600ms" }
                .joined(separator: ",")
        }
        let plan = try ChaosPlan(text, source: values.source("chaos"))
        guard plan.seed == nil else { return plan }
        return try ChaosPlan("\(text),seed:\(UInt32.random(in: .min ... .max))", source: "--chaos")
    }
}
