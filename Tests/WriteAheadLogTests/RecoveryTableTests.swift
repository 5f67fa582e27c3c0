import Testing
import WriteAheadLog

/// The table of recovery, whole: what is kept, where the log may end, and that nothing else is let by.
struct RecoveryTableTests {
    @Test func theWholeTable() {
        let expected: [Finding: [RecoveryAction]] = [
            .whole: [.keep, .keep, .keep],
            .unwritten: [.refuse, .refuse, .end],
            .torn: [.refuse, .refuse, .cut],
            .wrongSum: [.refuse, .refuse, .refuse],
            .badHeader: [.refuse, .refuse, .refuse],
            .foreign: [.refuse, .refuse, .refuse],
            .undecodable: [.refuse, .refuse, .refuse],
        ]
        #expect(expected.count == Finding.allCases.count)
        for finding in Finding.allCases {
            #expect(Place.allCases.map { RecoveryTable.action(finding, $0) } == expected[finding])
        }
    }
}
