internal import Basics
internal import Paxos

/// What the first sectors of all segments say, before any record is read.
struct SegmentSurvey {
    /// A segment whose header was durable.
    struct Started {
        let file: SegmentFile
        let header: SegmentHeader
        /// Zeros where it cannot be read and nobody needs it.
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

    /// A segment whose header was never written, with what is noted of its file.
    fileprivate struct Unstarted {
        let file: SegmentFile
        let note: Note
    }

    /// What is noted of the contents that a segment's file had before.
    fileprivate enum Note {
        case read(FormerContents)
        case unreadable(DiskError)
    }

    private(set) var started: [Started] = []
    /// A prepared segment, to which nothing was written, that follows the last started one.
    private(set) var spare: Unused?
    /// The first write to a segment came in part.
    private(set) var hasTornOpening = false
    /// What could not be read, and is not needed: in words.
    private(set) var warnings: [String] = []

    init(disk: any Disk, identity: Identity) throws(RecoveryError) {
        let files = try Self.files(on: disk)
        var unstarted: [Unstarted] = []
        var newestNote = Note.read(.zeros)
        for file in files {
            let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
            let note = Self.note(of: file, disk)
            if case .unreadable(let error) = note { warnings.append(error.description) }
            guard let header = try Self.header(of: file, cursor, note, identity) else {
                unstarted.append(Unstarted(file: file, note: note))
                continue
            }
            // A header that is not there may be missing only behind all others.
            if let lost = unstarted.first {
                throw .damaged(
                    LogDamage(
                        segment: lost.file.number, offset: 0,
                        finding: Finding.unwritten.rawValue))
            }
            started.append(Started(file: file, header: header, former: note.contents ?? .zeros))
            newestNote = note
        }
        try checkLinks()
        try check(newestNote)
        for one in unstarted { try judge(one, disk, identity) }
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
    private static func note(of file: SegmentFile, _ disk: any Disk) -> Note {
        do throws(DiskError) {
            guard let bytes = try disk.former(of: file.number) else { return .read(.zeros) }
            return .read(FormerContents(bytes, for: file.number) ?? .zeros)
        } catch {
            return .unreadable(error)
        }
    }

    /// The header of a started segment, nil for one that was not.
    private static func header(
        of file: SegmentFile, _ cursor: SegmentCursor, _ note: Note, _ identity: Identity
    ) throws(RecoveryError) -> SegmentHeader? {
        // A prepared file is never this short: the rest was lost.
        guard file.byteCount >= SegmentHeader.byteCount else {
            throw .damaged(
                LogDamage(segment: file.number, offset: 0, finding: "\(file.byteCount) bytes"))
        }
        let sector = try cursor.bytes(at: 0, count: SegmentHeader.byteCount)
        let reading = SegmentHeader.read(sector)
        if !reading.isHeader(of: file.number), isUnwritten(sector, reading, of: file, note) {
            return nil
        }
        switch reading {
        case .damaged:
            // The next start may be able to read what is noted of it.
            if case .unreadable(let error) = note, !error.isOfDevice { throw .disk(error) }
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

    /// Whether a segment's first sector, which is not its header, is as it was before. Where what it was cannot be
    /// read, a right header of an older segment is that, for a sector is written whole or not at all.
    private static func isUnwritten(
        _ sector: UnsafeRawBufferPointer, _ reading: SegmentHeader.Reading, of file: SegmentFile,
        _ note: Note
    ) -> Bool {
        if let former = note.contents { return former.isUnwritten(sector, at: 0) }
        guard case .header(let header) = reading else { return false }
        return header.number < file.number
    }

    private func checkLinks() throws(RecoveryError) {
        for (left, right) in zip(started, started.dropFirst())
        where right.header.predecessor != left.header.number {
            throw .foreignSegment(right.header.number)
        }
    }

    /// Where the last segment ends is told by what its file held before, unless that was zeros.
    private func check(_ note: Note) throws(RecoveryError) {
        guard let last = started.last else { return }
        let finding: String
        switch note {
        case .read(let former):
            if former.digest == last.header.formerDigest { return }
            finding = "a damaged note of what the file held before"
        case .unreadable(let error):
            if last.header.formerDigest == 0 { return }
            // Otherwise the next start may be able to read it.
            guard error.isOfDevice else { throw .disk(error) }
            finding = "a note of what the file held before that cannot be read"
        }
        throw .damaged(LogDamage(segment: last.file.number, offset: 0, finding: finding))
    }

    /// A segment without a header was never used, or its first write never ended. That write brings the
    /// header and one state batch: anything more behind a header that is not there is damage. Where what the file
    /// held before cannot be read, every sector may have been written, and it is made anew.
    private mutating func judge(
        _ unstarted: Unstarted, _ disk: any Disk, _ identity: Identity
    ) throws(RecoveryError) {
        let file = unstarted.file
        let former = unstarted.note.contents
        let cursor = SegmentCursor(disk, segment: file.number, fileBytes: file.byteCount)
        var isUnwritten = true
        var offset = SegmentHeader.byteCount
        while offset < file.byteCount {
            let sector = try cursor.bytes(at: offset, count: Limits.sectorBytes)
            let seed = BatchHeader.seed(
                salt: identity.salt, segment: file.number, offset: offset)
            if former?.isUnwritten(sector, at: offset) != true {
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
        if isUnwritten, isNext, let former { spare = Unused(file: file, former: former) }
        if !isUnwritten, former != nil { hasTornOpening = true }
    }
}

extension SegmentSurvey.Note {
    /// Nil if they cannot be read.
    fileprivate var contents: FormerContents? {
        if case .read(let former) = self { return former }
        return nil
    }
}
