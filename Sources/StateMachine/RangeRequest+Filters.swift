internal import EtcdMessages
internal import MVCC

extension RangeRequest {
    /// Whether the filters on revisions let a pair pass; 0 is no filter.
    func selects(_ state: KeyState) -> Bool {
        isWithin(state.modRevision, minModRevision, maxModRevision)
            && isWithin(state.createRevision, minCreateRevision, maxCreateRevision)
    }

    private func isWithin(_ revision: Int64, _ lowest: Int64, _ highest: Int64) -> Bool {
        (lowest == 0 || revision >= lowest) && (highest == 0 || revision <= highest)
    }
}
