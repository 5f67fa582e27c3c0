/// What a stream tells its client beside events, in the order in which it came about.
struct WatchAnswer {
    enum Kind {
        case created
        case canceled
        case progress
        /// A watch that could not be created: created and canceled in one, with the reason.
        case refused(WatchRefusal)
        /// The same for one that somebody else forbids.
        case forbidden(String)
    }

    let kind: Kind
    let watchID: Int64
    let revision: Int64
    var compactedRevision: Int64 = 0
}
