/// What a call came to, and how often it was answered.
final class Answer<Value> {
    private(set) var value: Value?
    private(set) var count = 0

    func take(_ value: Value) {
        self.value = value
        count += 1
    }
}
