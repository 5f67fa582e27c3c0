/// A position in the store's history. All changes of one request share `main`; `sub` counts them
/// from 0 in the order of the operations. Clients see `main` only.
package struct Revision: Comparable, Hashable, Sendable {
    /// The revision that clients see; the empty store is at 1.
    package var main: Int64
    /// The place of a change within its request, from 0.
    package var sub: Int64

    package init(main: Int64, sub: Int64) {
        self.main = main
        self.sub = sub
    }

    package static func < (left: Revision, right: Revision) -> Bool {
        left.main == right.main ? left.sub < right.sub : left.main < right.main
    }
}
