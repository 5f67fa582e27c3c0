/// The steps that are not yet in the order: a linked list, from which any can be taken and put back in
/// the reverse order.
struct RemainingSteps {
    /// Place 0 is the head; step n stands at place n + 1; 0 also ends the list.
    private var nextPlace: [Int]
    private var previousPlace: [Int]

    init(count: Int) {
        nextPlace = (0...count).map { $0 == count ? 0 : $0 + 1 }
        previousPlace = (0...count).map { $0 == 0 ? count : $0 - 1 }
    }

    var isEmpty: Bool { nextPlace[0] == 0 }

    /// The first remaining step.
    var first: Int? { nextPlace[0] == 0 ? nil : nextPlace[0] - 1 }

    /// The remaining step behind another one.
    func next(after step: Int) -> Int? {
        let place = nextPlace[step + 1]
        return place == 0 ? nil : place - 1
    }

    mutating func take(_ step: Int) {
        let (previous, next) = (previousPlace[step + 1], nextPlace[step + 1])
        nextPlace[previous] = next
        previousPlace[next] = previous
    }

    /// Undoes the last `take`.
    mutating func putBack(_ step: Int) {
        let (previous, next) = (previousPlace[step + 1], nextPlace[step + 1])
        nextPlace[previous] = step + 1
        previousPlace[next] = step + 1
    }
}
