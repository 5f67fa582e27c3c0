import MVCC

/// A point read of the newest revision.
enum ReadBenchmarks {
    static func all() -> [Benchmark] {
        let keyspace = loadedKeyspace()
        let keys = (0..<4096).map { Samples.key($0 * 7919 % Samples.keyCount) }
        var next = 0
        return [
            Benchmark("read: one of 100,000 keys") {
                next = (next + 1) % keys.count
                keep(keyspace.state(of: keys[next], at: keyspace.revision)?.modRevision)
            }
        ]
    }

    private static func loadedKeyspace() -> Keyspace {
        let keyspace = Keyspace()
        for number in 0..<Samples.keyCount {
            // In no order, as clients come.
            let key = Samples.key(number * 7919 % Samples.keyCount)
            var transaction = keyspace.beginWrite()
            transaction.put(key, value: [UInt8](repeating: 1, count: 256))
            transaction.end()
        }
        return keyspace
    }
}
