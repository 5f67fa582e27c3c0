internal import Basics
internal import Paxos

/// What the first sectors of all segments say, before any record is read.
struct SegmentSurvey {
    /// A segment whose header was durable.
    struct Started {
        let file: SegmentFile
        let header: SegmentHeader
        let former: FormerContents

        /// Reads its batches.
        func scanner(
            _ disk: any Disk, _ identity: Identity, _ injectedBug: LogBug?
        ) -> BatchScanner {
            BatchScanner(
                cursor: SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount),
                salt: identity.salt, former: former, injectedBug: injectedBug)
        }
    }

    /// A segment that was made and not used.
    struct Unused {
        let file: SegmentFile
        let former: FormerContents
    }

    private(set) var started: [Started] = []
    /// A prepared segment, to which nothing was written, that follows the last started one.
    private(set) var spare: Unused?
    /// The first write to a segment came in part.
    private(set) var hasTornOpening = false

    init(disk: any Disk, identity: Identity) throws(RecoveryError) {
        let files = try Self.files(on: disk)
        var unstarted: [Unused] = []
        for file in files {
            let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
            let former = try Self.former(of: file, disk)
            guard let header = try Self.header(of: file, cursor, former, identity) else {
                unstarted.append(Unused(file: file, former: former))
                continue
            }
            // A header that is not there may be missing only behind all others.
            if let lost = unstarted.first {
                throw .damaged(
                    LogDamage(
                        segment: lost.file.number, offset: 0,
                        finding: Finding.unwritten.rawValue))
            }
            started.append(Started(file: file, header: header, former: former))
        }
        try checkLinks()
        try checkNote()
        for unused in unstarted { try judge(unused, disk, identity) }
    }

    private static func files(on disk: any Disk) throws(RecoveryError) -> [SegmentFile] {
        let files: [SegmentFile]
        do throws(DiskError) { files = try disk.segments() } catch { throw .disk(error) }
        for (left, right) in zip(files, files.dropFirst()) where right.number != left.number + 1 {
            throw .missing(first: left.number + 1, last: right.number - 1)
        }
        return files
    }

    /// What the segment held before it began. If that is not known, what nothing was written to looks damaged.
    private static func former(
        of file: SegmentFile, _ disk: any Disk
    ) throws(RecoveryError) -> FormerContents {
        do throws(DiskError) {
            guard let bytes = try disk.former(of: file.number) else { return .zeros }
            return FormerContents(bytes, for: file.number) ?? .zeros
        } catch {
            throw .disk(error)
        }
    }

    /// The header of a started segment, nil for one that was not.
    private static func header(
        of file: SegmentFile, _ cursor: SegmentCursor, _ former: FormerContents,
        _ identity: Identity
    ) throws(RecoveryError) -> SegmentHeader? {
        // A prepared file is never this short: the rest was lost.
        guard file.byteCount >= SegmentHeader.byteCount else {
            throw .damaged(
                LogDamage(segment: file.number, offset: 0, finding: "\(file.byteCount) bytes"))
        }
        let sector = try cursor.bytes(at: 0, count: SegmentHeader.byteCount)
        let reading = SegmentHeader.read(sector)
        if former.isUnwritten(sector, at: 0), !reading.isHeader(of: file.number) { return nil }
        switch reading {
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

    /// Where the last segment ends is told by what its file held before.
    private func checkNote() throws(RecoveryError) {
        guard let last = started.last, last.former.digest != last.header.formerDigest else {
            return
        }
        throw .damaged(
            LogDamage(
                segment: last.file.number, offset: 0,
                finding: "a damaged note of what the file held before"))
    }

    /// A segment without a header was never used, or its first write never ended. That write brings the
    /// header and one state batch: anything more behind a header that is not there is damage.
    private mutating func judge(
        _ unused: Unused, _ disk: any Disk, _ identity: Identity
    ) throws(RecoveryError) {
        let file = unused.file
        let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
        var isUnwritten = true
        var offset = SegmentHeader.byteCount
        while offset < file.byteCount {
            let sector = try cursor.bytes(at: offset, count: Limits.sectorBytes)
            let seed = BatchHeader.seed(
                salt: identity.salt, segment: file.number, offset: offset)
            if !unused.former.isUnwritten(sector, at: offset) {
                isUnwritten = false
                let isOpening = offset == SegmentHeader.byteCount
                if !isOpening, BatchHeader(sector, seed: seed) != nil {
                    throw .damaged(
                        LogDamage(segment: file.number, offset: 0, finding: "a lost header"))
                }
            }
            offset += Limits.sectorBytes
        }
        let isNext = file.number == (started.last?.header.number ?? 0) + 1
        if isUnwritten, isNext { spare = unused }
        if !isUnwritten { hasTornOpening = true }
    }
}
