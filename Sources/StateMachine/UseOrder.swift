/// Places of a table in the order of their last use; each step takes constant time.
struct UseOrder {
    /// For each place the one that was used before it, and the one that was used after it; `none` at
    /// the ends.
    private var older: [Int] = []
    private var newer: [Int] = []
    private var first = UseOrder.none
    private var last = UseOrder.none

    private static let none = -1

    /// The place that was not used for the longest; nil if there is none.
    var oldest: Int? { first == Self.none ? nil : first }

    /// The place that was used next after `place`; nil if `place` was used last.
    func next(after place: Int) -> Int? { newer[place] == Self.none ? nil : newer[place] }

    /// Adds a place that is not in the order, as the one used last.
    mutating func append(_ place: Int) {
        while older.count <= place {
            older.append(Self.none)
            newer.append(Self.none)
        }
        older[place] = last
        newer[place] = Self.none
        if last == Self.none { first = place } else { newer[last] = place }
        last = place
    }

    /// Takes a place out.
    mutating func remove(_ place: Int) {
        let (before, after) = (older[place], newer[place])
        if before == Self.none { first = after } else { newer[before] = after }
        if after == Self.none { last = before } else { older[after] = before }
    }

    /// The place is used.
    mutating func moveToEnd(_ place: Int) {
        guard place != last else { return }
        remove(place)
        append(place)
    }
}
