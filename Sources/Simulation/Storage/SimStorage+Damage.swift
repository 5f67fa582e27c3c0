internal import WriteAheadLog

/// What happens to bytes that lie on a disk. All of it is such that a log can find it out; what no log
/// can, a last write that the disk has lost without a word, is not among it.
extension SimStorage {
    /// What stood where damage was done.
    struct Original {
        let segment: UInt64
        let offset: Int
        let bytes: [UInt8]
        /// Nothing is written there any more, so it can be put back.
        let isSettled: Bool
    }

    /// Flips a few bits somewhere in a segment. False if nothing was done.
    func rot(_ dice: inout Dice) -> Bool {
        guard !numbers.isEmpty else { return false }
        let segment = dice.one(of: numbers)
        let written = newestWrite(segment).upperBound
        let isBehind = written == 0 || dice.happens(perMille: 100)
        let end = isBehind ? byteCount(segment) : written
        let sector = dice.index(below: end / Limits.sectorBytes)
        let offset = sector * Limits.sectorBytes
        let before = Array(contents(segment)[offset..<offset + Limits.sectorBytes])
        var after = before
        for _ in 0..<dice.number(in: 1...6) {
            after[dice.index(below: after.count)] ^= 1 << UInt8(dice.index(below: 8))
        }
        // A sector of zeros is how a write looks that never came.
        guard after != before, after.contains(where: { $0 != 0 }) else { return false }
        return damage(segment, offset, before, after, isSettled: offset < written)
    }

    /// Puts zeros where something was written, as if an older version of the block had come back.
    func makeStale(_ dice: inout Dice) -> Bool {
        guard let place = settledPlace(&dice) else { return false }
        let zeros = [UInt8](repeating: 0, count: place.before.count)
        return damage(place.segment, place.offset, place.before, zeros, isSettled: true)
    }

    /// Puts what was written elsewhere over what was written here.
    func misdirect(_ dice: inout Dice) -> Bool {
        guard let place = settledPlace(&dice), let other = settledPlace(&dice) else { return false }
        let count = min(place.before.count, other.before.count)
        return damage(
            place.segment, place.offset, Array(place.before.prefix(count)),
            Array(other.before.prefix(count)), isSettled: true)
    }

    /// Puts everything back, if nothing was written over it. False if that cannot be told.
    func undoDamage() -> Bool {
        guard originals.allSatisfy({ $0.isSettled && byteCount($0.segment) > 0 }) else {
            return false
        }
        for original in originals.reversed() {
            overwrite(original.segment, at: original.offset, original.bytes)
        }
        originals = []
        isDamaged = false
        return true
    }

    private typealias Place = (segment: UInt64, offset: Int, before: [UInt8])

    /// Some sectors that were written before the newest write of their segment.
    private func settledPlace(_ dice: inout Dice) -> Place? {
        let choices = numbers.filter { newestWrite($0).lowerBound >= Limits.sectorBytes }
        guard !choices.isEmpty else { return nil }
        let segment = dice.one(of: choices)
        let sectors = newestWrite(segment).lowerBound / Limits.sectorBytes
        let first = dice.index(below: sectors)
        let count = Int(dice.number(in: 1...UInt64(min(8, sectors - first))))
        let range = first * Limits.sectorBytes..<(first + count) * Limits.sectorBytes
        return (segment, range.lowerBound, Array(contents(segment)[range]))
    }

    private func damage(
        _ segment: UInt64, _ offset: Int, _ before: [UInt8], _ after: [UInt8], isSettled: Bool
    ) -> Bool {
        guard before != after else { return false }
        originals.append(
            Original(segment: segment, offset: offset, bytes: before, isSettled: isSettled))
        overwrite(segment, at: offset, after)
        isDamaged = true
        return true
    }
}
