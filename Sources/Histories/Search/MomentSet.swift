/// A set of moments in one plain array with open addressing: sixteen bytes each, and as much room again at
/// most.
struct MomentSet {
    private var places: [Moment]
    private var mask: Int
    private(set) var count = 0

    init() {
        places = Array(repeating: .beginning, count: Limits.momentsFirst)
        mask = Limits.momentsFirst - 1
    }

    var isEmpty: Bool { count == 0 }

    func contains(_ moment: Moment) -> Bool { places[place(of: moment)] == moment }

    /// The moment without any part marks an empty place: it must not be added.
    mutating func insert(_ moment: Moment) {
        precondition(moment != .beginning, "the empty place cannot be added")
        if (count + 1) * 2 > places.count { grow() }
        let place = place(of: moment)
        guard places[place] != moment else { return }
        places[place] = moment
        count += 1
    }

    /// Where a moment stands, or would stand.
    private func place(of moment: Moment) -> Int {
        var place = Int(truncatingIfNeeded: moment.low) & mask
        while places[place] != .beginning, places[place] != moment { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = places
        places = Array(repeating: .beginning, count: old.count * 2)
        mask = places.count - 1
        for moment in old where moment != .beginning { places[place(of: moment)] = moment }
    }
}
