/// A change of a key whose revision is known: acknowledged, or shown by somebody's answer.
struct KnownWrite {
    let revision: Int64
    let operation: Int
    let effect: Effect
}
