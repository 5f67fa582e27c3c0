/// What this program calls itself.
enum Version {
    /// Synod's own version.
    static let synod = "0.1.0"
    /// The version of etcd's API that servers report, because clients look at it.
    static let etcdAPI = "3.6.0"
}
