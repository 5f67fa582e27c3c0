/// Where in the log a batch goes: what it follows, and what stands there before.
struct BatchPlace {
    let number: UInt64
    /// The chain value of the batch before.
    let chain: UInt32
    let offset: Int
    let seed: UInt32
    let former: FormerContents

    func header(_ kind: BatchHeader.Kind) -> BatchHeader {
        BatchHeader(kind: kind, number: number, chainBefore: chain)
    }
}
