internal import EtcdMessages
internal import MVCC
internal import Protobuf

/// From an outcome to what is remembered of it, and back.
extension SessionResult {
    /// Remembers what a command came to, a refusal too: a retry must not succeed where the first try
    /// was told that nothing was changed.
    init(_ outcome: Outcome, kind: CommandKind, sequence: UInt64, requestChecksum: UInt32) {
        self = .none
        self.sequence = sequence
        self.kind = kind
        self.requestChecksum = requestChecksum
        switch outcome {
        case .put(let response):
            revision = response.header.revision
            if response.hasPrevKv { keep(response) }
        case .deleteRange(let response):
            revision = response.header.revision
            number = response.deleted
            if !response.prevKvs.isEmpty { keep(response) }
        case .txn(let response):
            revision = response.header.revision
            number = response.succeeded ? 1 : 0
            if !response.responses.isEmpty { keep(response) }
        case .compaction(let response):
            revision = response.header.revision
        case .readModifyWrite(let response):
            revision = response.header.revision
            number = response.applied ? 1 : 0
            keep(response)
        case .alarm(let response):
            revision = response.header.revision
            keep(response)
        case .leaseGrant(let response):
            revision = response.header.revision
            number = response.id
            keep(response)
        case .leaseRevoke(let response):
            revision = response.header.revision
        case .registerSession, .quotaSet, .digestReported, .leasesExpired, .auth:
            preconditionFailure("a command that belongs to no session")
        case .failed(let error):
            self.error = error
        }
    }

    private mutating func keep(_ response: some ProtobufMessage) {
        guard response.encodedSize <= Limits.sessionDetailBytesMax else { return }
        detail = response.serializedBytes()
    }

    /// What the first try was answered. Of a response that was too long, or kept for too long, only
    /// the summary is left: it was done, at this revision.
    var outcome: Outcome {
        if let error { return .failed(error) }
        switch kind {
        case .put: return .put(decoded() ?? .with { $0.header = header })
        case .deleteRange:
            return .deleteRange(
                decoded()
                    ?? .with {
                        $0.header = header
                        $0.deleted = number
                    })
        case .txn:
            return .txn(
                decoded()
                    ?? .with {
                        $0.header = header
                        $0.succeeded = number == 1
                    })
        case .compaction: return .compaction(.with { $0.header = header })
        case .readModifyWrite:
            return .readModifyWrite(
                decoded()
                    ?? .with {
                        $0.header = header
                        $0.applied = number == 1
                        $0.pairsOmitted = true
                    })
        case .alarm: return .alarm(decoded() ?? .with { $0.header = header })
        case .leaseGrant:
            return .leaseGrant(
                decoded()
                    ?? .with {
                        $0.header = header
                        $0.id = number
                    })
        case .leaseRevoke: return .leaseRevoke(.with { $0.header = header })
        case .registerSession, .setQuota, .reportDigest, .expireLeases, .auth,
            .compactionByItself:
            preconditionFailure("a command that belongs to no session")
        }
    }

    private var header: ResponseHeader { ResponseHeader(revision: revision) }

    /// The whole response, if it was kept.
    private func decoded<Response: ProtobufMessage>() -> Response? {
        guard !detail.isEmpty else { return nil }
        do throws(WireError) {
            return try Response(serializedBytes: detail)
        } catch {
            preconditionFailure("a response that we have encoded ourselves: \(error)")
        }
    }
}
