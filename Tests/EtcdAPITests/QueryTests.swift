import Testing

@testable import RESTAPI

/// What comes behind the `?` of a REST request.
@Suite struct QueryTests {
    private func parse(
        _ text: String, known: [String] = ["key", "value"]
    ) throws(RESTFailure) -> QueryParameters {
        try QueryParameters(Array(text.utf8), known: known)
    }

    @Test func everyByteSurvivesItsEscape() throws {
        for byte in UInt8.min...UInt8.max {
            let high = String(byte >> 4, radix: 16)
            let low = String(byte & 15, radix: 16, uppercase: true)
            #expect(try parse("key=%\(high)\(low)")["key"] == [byte])
        }
    }

    @Test(arguments: [
        ("key=a+b%2Bc", "a b+c"), ("key=a%3Db&value=", "a=b"), ("key=%C3%A4", "ä"), ("key==", "="),
        ("&key=x&", "x"), ("%6bey=y", "y"),
    ])
    func textIsDecoded(query: String, key: String) throws {
        #expect(try parse(query)["key"] == Array(key.utf8))
    }

    @Test func missingAndEmptyDiffer() throws {
        #expect(try parse("value=")["key"] == nil)
        #expect(try parse("key=")["key"] == [])
        #expect(try parse("key")["key"] == [])
        #expect(try parse("")["key"] == nil)
    }

    @Test(arguments: ["key=%", "key=%4", "key=%zz", "key=%-1", "%q=1"])
    func brokenEscapesAreRefused(query: String) {
        #expect(throws: RESTFailure.self) { try parse(query) }
    }

    @Test func unknownAndRepeatedNamesAreRefused() {
        #expect(throws: RESTFailure.badRequest("parameter 'key' is given twice")) {
            try parse("key=a&key=b")
        }
        #expect(throws: RESTFailure.badRequest("unknown parameter 'kye'; known here: key, value")) {
            try parse("kye=a")
        }
    }

    @Test func keysMustBeThereAndNotEmpty() {
        #expect(throws: RESTFailure.badRequest("parameter 'key' is missing")) {
            try parse("value=v").requiredKey()
        }
        #expect(throws: RESTFailure.badRequest("the key must not be empty")) {
            try parse("key=").requiredKey()
        }
    }

    @Test(arguments: ["0", "-1", "x", "", "99999999999999999999"])
    func limitsMustBePositiveNumbers(text: String) throws {
        let query = try parse("limit=\(text)", known: ["limit"])
        #expect(throws: RESTFailure.self) { try query.positiveNumber("limit") }
    }

    @Test func consistencyHasADefaultAndTwoWords() throws {
        let known = ["consistency"]
        #expect(try parse("", known: known).consistency(default: .sequential) == .sequential)
        #expect(
            try parse("consistency=linearizable", known: known).consistency(default: .sequential)
                == .linearizable)
        #expect(
            try parse("consistency=sequential", known: known).consistency(default: .linearizable)
                == .sequential)
        let other = try parse("consistency=eventual", known: known)
        #expect(throws: RESTFailure.self) { try other.consistency(default: .linearizable) }
    }
}
