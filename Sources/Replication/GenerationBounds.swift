/// How many bytes of changes may wait for the base (P31).
struct GenerationBounds: Equatable {
    /// So many are frozen.
    let dueBytes: Int
    /// While a flush is at work, so many more may come.
    let reserveBytes: Int

    /// With so many a flush does not rest any more.
    var urgentBytes: Int { dueBytes + reserveBytes / 2 }

    /// Above, apply waits.
    var mostBytes: Int { dueBytes + reserveBytes }
}
