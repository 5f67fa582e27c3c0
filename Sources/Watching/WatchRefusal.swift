/// Why a watch cannot be created, in etcd's words.
package enum WatchRefusal: String, Sendable {
    case emptyRange = "mvcc: watcher range is empty"
    case duplicateID = "mvcc: duplicate watch ID provided on the WatchStream"
    case compacted = "etcdserver: mvcc: required revision has been compacted"
    case tooMany = "etcdserver: too many requests"
}
