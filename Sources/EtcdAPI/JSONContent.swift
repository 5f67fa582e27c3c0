/// The header of every answer in JSON.
enum JSONContent {
    static let header = ("content-type", "application/json")
}
