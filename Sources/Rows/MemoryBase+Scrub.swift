/// A pass over the rows of a `MemoryBase`.
struct MemoryPass {
    /// The rows that it reads; others have taken their place when a snapshot was installed.
    let rows: MemoryRows
    /// Where it goes on.
    var place: [UInt8] = [0]
}

extension MemoryBase {
    func scrub(bytesMax: Int, condemns: Bool) throws(RowError) -> BaseOutcome {
        do throws(RowError) {
            return try scrub(bytesMax: bytesMax)
        } catch {
            if condemns { throw error }
            return breakOff(error.description)
        }
    }

    private func scrub(bytesMax: Int) throws(RowError) -> BaseOutcome {
        if pass == nil {
            // On a disk a pass begins with links.
            guard !store.isFull else { return breakOff("there is no room for a pass") }
            pass = MemoryPass(rows: rows)
        }
        guard let current = pass, current.rows === rows else {
            return breakOff("a snapshot has taken the place of the base")
        }
        let (byteCount, next) = try read(from: current.place, bytesMax: bytesMax)
        pass = next.map { MemoryPass(rows: rows, place: $0) }
        return .scrubbed(byteCount: byteCount, next == nil ? .complete : .underWay)
    }

    private func breakOff(_ reason: String) -> BaseOutcome {
        pass = nil
        return .scrubbed(byteCount: 0, .brokenOff(reason))
    }

    /// Reads one row at least, if there is one; gives back the key that comes next, if there is one.
    private func read(
        from place: [UInt8], bytesMax: Int
    ) throws(RowError) -> (byteCount: Int, next: [UInt8]?) {
        var byteCount = 0
        var next: [UInt8]?
        try rows.visit(from: place, to: [.max], descending: false) { key, value in
            guard byteCount < bytesMax else {
                next = Array(key)
                return false
            }
            byteCount += key.count + value.count
            return true
        }
        return (byteCount, next)
    }
}
