/// Names in Swift for names in .proto files, by swift-protobuf's rules.
enum SwiftNames {
    /// Words that are written in capitals unless they come first.
    private static let abbreviations = ["url", "http", "https", "id"]

    /// Words that need backticks as the name of a property or a case.
    private static let keywords = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit",
        "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func",
        "guard",
        "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator",
        "private",
        "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript",
        "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// Type names that Swift keeps for itself.
    private static let reservedTypes = ["Type", "Protocol", "Self", "Any"]

    /// As `prevKv` for `prev_kv`, `memberID` for `memberID`, `peerUrls` for `peerURLs`, `put` for
    /// `PUT`.
    static func lowerCamel(_ name: String) -> String {
        let words = words(of: name)
        var result = words.first ?? ""
        for word in words.dropFirst() {
            result += abbreviations.contains(word) ? word.uppercased() : capitalized(word)
        }
        return result
    }

    /// As `RequestUnion` for `request_union`.
    static func upperCamel(_ name: String) -> String { capitalized(lowerCamel(name)) }

    /// `name`, in backticks if it would be read as a keyword.
    static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    /// `name`, or `TypeEnum` and the like where Swift keeps the name for itself.
    static func type(_ name: String, suffix: String) -> String {
        reservedTypes.contains(name) ? name + suffix : name
    }

    static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }

    /// The words of a name in lower case: a word ends at an underscore, or before a capital that
    /// does not follow a capital.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var previousIsUpper = false
        var startsWord = true
        for character in name {
            if character == "_" {
                startsWord = true
                previousIsUpper = false
                continue
            }
            if startsWord || (character.isUppercase && !previousIsUpper) { words.append("") }
            words[words.count - 1] += character.lowercased()
            startsWord = false
            previousIsUpper = character.isUppercase
        }
        return words
    }
}
