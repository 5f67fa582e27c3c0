internal import Glibc

/// `synod cluster`: several nodes on this machine.
enum ClusterCommand {
    static let command = Command(
        name: "cluster", arguments: "", summary: "run a cluster of nodes on this machine",
        details: """
            Starts nodes on the loopback interface, waits until all of them answer, writes and reads
            a key, prints where to go on and then a line "ready" to standard output, and stays until
            Ctrl-C or SIGTERM, which stops all nodes. A node that dies is reported and not started
            again. The data of node N lies in DIRECTORY/nodeN, its log in DIRECTORY/nodeN.log; the
            cluster goes on with them when it is started again with the same ports.
            """,
        flags: flags,
        run: { values throws(UsageError) in
            guard values.positional.isEmpty else { throw UsageError("no words are needed") }
            let nodes = try nodes(values)
            var cluster = LocalCluster(
                nodes: nodes, directory: values.text("data-dir"),
                options: ["--log-level", values.text("log-level")])
            return cluster.run()
        })

    private static let flags: [Flag] = [
        Flag("nodes", "COUNT", default: "3", "how many nodes"),
        Flag("data-dir", "DIRECTORY", default: "./synod-cluster", "where data and logs lie"),
        Flag(
            "client-ports", "PORT,...", default: "2379,22379,32379",
            "one for each node; 0: a free one"),
        Flag(
            "peer-ports", "PORT,...", default: "2380,22380,32380",
            "one for each node; 0: a free one"),
        Flag("log-level", "LEVEL", default: "info", "how much the nodes log"),
    ]

    /// The nodes that the flags ask for, with all ports known.
    private static func nodes(_ values: FlagValues) throws(UsageError) -> [LocalNode] {
        let count = try values.integer("nodes", in: 1...Limits.localNodesMax)
        let clientPorts = try ports(values, "client-ports", count)
        let peerPorts = try ports(values, "peer-ports", count)
        let filled: [UInt16]
        do throws(SystemError) {
            filled = try FreePorts.filled(clientPorts + peerPorts)
        } catch { throw UsageError(error.description) }
        guard Set(filled).count == filled.count else { throw UsageError("a port is given twice") }
        return (0..<count).map { index in
            LocalNode(
                name: "node\(index + 1)", clientPort: filled[index],
                peerPort: filled[count + index])
        }
    }

    /// A short list of ports is continued with free ones, unless it was written out.
    private static func ports(
        _ values: FlagValues, _ flag: String, _ count: Int
    ) throws(UsageError) -> [UInt16] {
        var ports: [UInt16] = []
        for word in values.list(flag) {
            guard let port = UInt16(word) else {
                throw UsageError("--\(flag): \"\(word)\" is no port")
            }
            ports.append(port)
        }
        if ports == [0] || !values.isSet(flag) {
            ports += Array(repeating: 0, count: max(0, count - ports.count))
        }
        guard ports.count >= count else {
            throw UsageError("--\(flag) has \(ports.count) ports for \(count) nodes")
        }
        return Array(ports[..<count])
    }
}
