internal import Basics
internal import MVCC

extension KeyspaceCounters: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.write(revision)
        writer.write(compactedRevision)
        writer.write(changeDigest)
        writer.write(Int64(keyCount))
        writer.write(Int64(liveByteCount))
        writer.write(Int64(changeByteCount))
        writer.write(Int64(compactedByteCount))
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            revision: try reader.read(), compactedRevision: try reader.read(),
            changeDigest: try reader.read(), keyCount: Int(try reader.read(Int64.self)),
            liveByteCount: Int(try reader.read(Int64.self)),
            changeByteCount: Int(try reader.read(Int64.self)),
            compactedByteCount: Int(try reader.read(Int64.self)))
        guard isPossible else { throw .invalid("counts of a keyspace") }
    }

    /// Whether a keyspace can come to these: whoever computes with them needs not look whether they overflow.
    private var isPossible: Bool {
        let counts = [keyCount, liveByteCount, changeByteCount, compactedByteCount]
        return revision > 0 && revision <= Limits.countMax && compactedRevision <= revision
            && compactedRevision >= -1 && compactedByteCount <= changeByteCount
            && counts.allSatisfy { $0 >= 0 && $0 <= Limits.countMax }
    }
}

/// What the log said of leaders and time.
struct LogTable: ReplicatedTable {
    var leaderBallot: LeaderBallot?
    var logTimeMilliseconds: UInt64

    init(leaderBallot: LeaderBallot?, logTimeMilliseconds: UInt64) {
        self.leaderBallot = leaderBallot
        self.logTimeMilliseconds = logTimeMilliseconds
    }

    func write(to writer: inout ByteWriter) {
        writer.write(logTimeMilliseconds)
        writer.write(UInt8(leaderBallot == nil ? 0 : 1))
        guard let leaderBallot else { return }
        writer.write(leaderBallot.round)
        writer.write(leaderBallot.replica)
        writer.write(leaderBallot.incarnation)
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        logTimeMilliseconds = try reader.read()
        guard logTimeMilliseconds <= Limits.logTimeMillisecondsMax else {
            throw .invalid("log time")
        }
        guard try reader.read(UInt8.self) == 1 else { return }
        leaderBallot = LeaderBallot(
            round: try reader.read(), replica: try reader.read(), incarnation: try reader.read())
    }
}

extension Origins: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt8(isClosed ? 1 : 0))
        writer.writeVarint(UInt64(rows.count))
        for (replica, row) in zip(replicas, rows) {
            writer.write(replica)
            row.write(to: &writer)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        isClosed = try reader.read(UInt8.self) == 1
        for _ in 0..<(try reader.readVarint()) {
            replicas.append(try reader.read())
            rows.append(try OriginRow(from: &reader))
        }
    }
}

extension OriginRow: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.write(incarnation)
        writer.write(boot)
        writer.writeVarint(lowWater)
        let words = seen.indices.filter { seen[$0] != 0 }
        writer.writeVarint(UInt64(words.count))
        for word in words {
            writer.writeVarint(UInt64(word))
            writer.write(seen[word])
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(incarnation: try reader.read(), boot: try reader.read())
        lowWater = try reader.readVarint()
        for _ in 0..<(try reader.readVarint()) {
            let word = Int(truncatingIfNeeded: try reader.readVarint())
            guard seen.indices.contains(word) else { throw .invalid("a window of commands") }
            seen[word] = try reader.read()
        }
    }
}

extension Alarms: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(all.count))
        for alarm in all {
            writer.write(alarm.member)
            writer.write(alarm.kind.rawValue)
            writer.write(alarm.source.rawValue)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        for _ in 0..<(try reader.readVarint()) {
            let member: UInt64 = try reader.read()
            guard let kind = Alarm.Kind(rawValue: try reader.read()),
                let source = Alarm.Source(rawValue: try reader.read())
            else { throw .invalid("an alarm") }
            all.append(Alarm(member: member, kind: kind, source: source))
        }
    }
}

extension DigestReports: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(rounds.count))
        for round in rounds {
            writer.writeVarint(round.slot)
            writer.writeVarint(UInt64(round.reports.count))
            for report in round.reports {
                writer.write(report.member)
                writer.write(report.digest)
            }
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        for _ in 0..<(try reader.readVarint()) {
            var round = Round(slot: try reader.readVarint())
            for _ in 0..<(try reader.readVarint()) {
                round.reports.append(
                    Report(member: try reader.read(), digest: try reader.read()))
            }
            rounds.append(round)
        }
    }
}
