internal import Basics
internal import Paxos

/// What the first sectors of all segments say, before any record is read.
struct SegmentSurvey {
    /// A segment whose header was durable.
    struct Started {
        let file: SegmentFile
        let header: SegmentHeader
    }

    private(set) var started: [Started] = []
    /// A prepared segment, all zeros, that follows the last started one.
    private(set) var spare: SegmentFile?
    /// The first write to a segment came in part.
    private(set) var hasTornOpening = false

    init(disk: any Disk, identity: Identity) throws(RecoveryError) {
        let files = try Self.files(on: disk)
        var unstarted: [SegmentFile] = []
        for file in files {
            let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
            guard let header = try Self.header(of: file, cursor, identity) else {
                unstarted.append(file)
                continue
            }
            // A zero header may stand only behind all others.
            if let lost = unstarted.first {
                throw .damaged(LogDamage(segment: lost.number, offset: 0, finding: "zeros"))
            }
            started.append(Started(file: file, header: header))
        }
        try checkLinks()
        for file in unstarted { try judge(file, disk, identity) }
    }

    private static func files(on disk: any Disk) throws(RecoveryError) -> [SegmentFile] {
        let files: [SegmentFile]
        do throws(DiskError) { files = try disk.segments() } catch { throw .disk(error) }
        for (left, right) in zip(files, files.dropFirst()) where right.number != left.number + 1 {
            throw .missing(first: left.number + 1, last: right.number - 1)
        }
        return files
    }

    /// The header of a started segment, nil for one that was not.
    private static func header(
        of file: SegmentFile, _ cursor: SegmentCursor, _ identity: Identity
    ) throws(RecoveryError) -> SegmentHeader? {
        // A prepared file is never this short: the rest was lost.
        guard file.byteCount >= SegmentHeader.byteCount else {
            throw .damaged(
                LogDamage(segment: file.number, offset: 0, finding: "\(file.byteCount) bytes"))
        }
        let sector = try cursor.bytes(at: 0, count: SegmentHeader.byteCount)
        switch SegmentHeader.read(sector) {
        case .zeros:
            return nil
        case .damaged:
            throw .damaged(
                LogDamage(segment: file.number, offset: 0, finding: "a damaged segment header"))
        case .newer(let version):
            throw .newerFormat(segment: file.number, version: version)
        case .header(let header):
            let isOurs =
                header.number == file.number && header.replica == identity.replica
                && header.incarnation == identity.incarnation
                && (header.cluster == ClusterID(0) || header.cluster == identity.cluster
                    || identity.formerClusters.contains(header.cluster))
            guard isOurs else { throw .foreignSegment(file.number) }
            return header
        }
    }

    private func checkLinks() throws(RecoveryError) {
        for (left, right) in zip(started, started.dropFirst())
        where right.header.predecessor != left.header.number {
            throw .foreignSegment(right.header.number)
        }
    }

    /// A segment without a header was never used, or its first write never ended. That write brings the
    /// header and one state batch: anything more behind a zero header is damage.
    private mutating func judge(
        _ file: SegmentFile, _ disk: any Disk, _ identity: Identity
    ) throws(RecoveryError) {
        let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
        var isZero = true
        var offset = SegmentHeader.byteCount
        while offset < file.byteCount {
            let sector = try cursor.bytes(at: offset, count: Limits.sectorBytes)
            let seed = BatchHeader.seed(
                salt: identity.salt, segment: file.number, offset: offset)
            if !Sectors.isZero(sector) {
                isZero = false
                let isOpening = offset == SegmentHeader.byteCount
                if !isOpening, BatchHeader(sector, seed: seed) != nil {
                    throw .damaged(
                        LogDamage(segment: file.number, offset: 0, finding: "a lost header"))
                }
            }
            offset += Limits.sectorBytes
        }
        let isNext = file.number == (started.last?.header.number ?? 0) + 1
        if isZero, isNext { spare = file }
        if !isZero { hasTornOpening = true }
    }
}
