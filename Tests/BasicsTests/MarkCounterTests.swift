import Basics
import Testing

@Suite struct MarkCounterTests {
    private enum Sample: Int, MarkName {
        case first, second, third
    }

    @Test func countsAddsAndNamesWhatIsMissing() {
        var marks = MarkCounter<Sample>()
        #expect(marks.missing == [.first, .second, .third])
        marks.hit(.second)
        marks.hit(.second)
        var others = MarkCounter<Sample>()
        others.hit(.third)
        marks.add(others)
        #expect(marks[.first] == 0)
        #expect(marks[.second] == 2)
        #expect(marks[.third] == 1)
        #expect(marks.missing == [.first])
    }
}
