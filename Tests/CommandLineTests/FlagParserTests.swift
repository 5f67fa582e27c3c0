import Testing

@testable import synod

@Suite struct FlagParserTests {
    private let table = [
        Flag("name", "NAME", default: "x", "a name", environment: ["SYNOD_NAME", "ETCD_NAME"]),
        Flag("count", "COUNT", default: "3", "a number"), Flag(switch: "loud", "a switch"),
    ]

    @Test(arguments: [
        ["--name", "a", "--loud"], ["--name=a", "--loud=true"], ["-name", "a", "-loud"],
        ["-name=a", "--loud=1"],
    ])
    func flagsAreReadInAllSpellings(words: [String]) throws {
        let values = try FlagParser.parse(words, table: table)
        #expect(values.text("name") == "a")
        #expect(try values.boolean("loud"))
        #expect(try values.integer("count", in: 0...10) == 3)
        #expect(values.positional.isEmpty)
    }

    @Test func aSwitchTakesNoWord() throws {
        let values = try FlagParser.parse(["--loud", "false", "-"], table: table)
        #expect(try values.boolean("loud"))
        #expect(values.positional == ["false", "-"])
    }

    @Test func behindTwoDashesAllAreWords() throws {
        let values = try FlagParser.parse(["a", "--", "--name", "-x"], table: table)
        #expect(values.positional == ["a", "--name", "-x"])
        #expect(!values.isSet("name"))
    }

    @Test func aValueMayBeEmptyOrHoldEquals() throws {
        #expect(try FlagParser.parse(["--name="], table: table).text("name") == "")
        #expect(try FlagParser.parse(["--name=a=b"], table: table).text("name") == "a=b")
        #expect(try FlagParser.parse(["--name", "-5"], table: table).text("name") == "-5")
    }

    @Test func anUnknownFlagIsRefusedWithAHint() {
        let near = #expect(throws: UsageError.self) {
            try FlagParser.parse(["--nane", "a"], table: table)
        }
        #expect(near?.message == "unknown flag --nane; did you mean --name?")
        let far = #expect(throws: UsageError.self) {
            try FlagParser.parse(["--zzzzzz=1"], table: table)
        }
        #expect(far?.message == "unknown flag --zzzzzz")
    }

    @Test func aMissingArgumentIsRefused() {
        #expect(throws: UsageError.self) { try FlagParser.parse(["--name"], table: table) }
    }

    @Test func flagsWinOverOursOverEtcds() throws {
        let both = ["SYNOD_NAME": "ours", "ETCD_NAME": "etcds"]
        #expect(
            try FlagParser.parse(["--name=f"], table: table, environment: both).text("name") == "f")
        let ours = try FlagParser.parse([], table: table, environment: both)
        #expect(ours.text("name") == "ours")
        #expect(ours.source("name") == "SYNOD_NAME")
        let etcds = ["SYNOD_NAME": "", "ETCD_NAME": "etcds"]
        #expect(try FlagParser.parse([], table: table, environment: etcds).text("name") == "etcds")
        #expect(try FlagParser.parse([], table: table, environment: [:]).text("name") == "x")
    }

    @Test func badNumbersAndSwitchesAreRefused() throws {
        let values = try FlagParser.parse(["--count", "11", "--loud=maybe"], table: table)
        #expect(throws: UsageError.self) { try values.integer("count", in: 0...10) }
        #expect(throws: UsageError.self) { try values.boolean("loud") }
    }

    @Test func helpHasAShortForm() throws {
        #expect(try FlagParser.parse(["-h"], table: table).boolean("help"))
        #expect(try FlagParser.parse(["--help"], table: table).boolean("help"))
        #expect(HelpText.flags(table).contains("--name NAME\n        a name (default x)"))
    }

    @Test func everyCommandHasConsistentFlags() throws {
        for command in CommandTable.all {
            // Traps if a name stands twice.
            let values = try FlagParser.parse([], table: command.flags)
            for flag in command.flags where flag.argument == nil {
                _ = try values.boolean(flag.name)
            }
            #expect(command.help.contains("usage: synod \(command.name)"))
        }
    }
}
