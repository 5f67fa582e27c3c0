package import EtcdMessages
package import MVCC

extension KeyValue {
    /// The message of `key` in `state`.
    package init(_ key: [UInt8], _ state: KeyState) {
        self.init()
        self.key = key
        createRevision = state.createRevision
        modRevision = state.modRevision
        version = state.version
        value = state.value
        lease = state.lease
    }
}

extension ResponseHeader {
    /// A header that has only the revision; the door that answers fills in the rest.
    init(revision: Int64) {
        self.init()
        self.revision = revision
    }
}
