import Testing

@testable import Histories

/// What a search remembers of where it has been.
struct MomentSetTests {
    @Test func momentsAreTheSumOfTheirPartsInAnyOrder() {
        var moment = Moment.beginning
        for step in [3, 1, 2] { moment.toggle(.step(step, isOptional: false)) }
        var other = Moment.beginning
        for step in [1, 2, 3] { other.toggle(.step(step, isOptional: false)) }
        #expect(moment == other)
        #expect(moment.with(.state(0)) != moment.with(.state(1)))
        other.toggle(.step(3, isOptional: false))
        other.toggle(.step(3, isOptional: true))
        #expect(moment != other)
        for step in [1, 2] { other.toggle(.step(step, isOptional: false)) }
        other.toggle(.step(3, isOptional: true))
        #expect(other == .beginning)
    }

    @Test func aSetHoldsWhatWasAddedAndNothingElse() {
        var set = MomentSet()
        #expect(set.isEmpty)
        for number in 0..<5_000 {
            set.insert(.state(number))
            set.insert(.state(number))
        }
        #expect(set.count == 5_000)
        for number in 0..<10_000 { #expect(set.contains(.state(number)) == (number < 5_000)) }
    }
}
