import Basics
import Testing

@Suite("RingBuffer")
struct RingBufferTests {
    @Test("agrees with an array over random operations", arguments: [UInt64(1), 2, 3])
    func agreesWithArray(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var queue = RingBuffer<Int>(capacity: 1)
        var model: [Int] = []
        for step in 0..<5_000 {
            if Int.random(in: 0..<100, using: &random) < 55 {
                queue.append(step)
                model.append(step)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count)
            #expect(queue.first == model.first)
            #expect(queue.last == model.last)
            if let position = model.indices.randomElement(using: &random) {
                queue[position] += 1
                model[position] += 1
                #expect(queue[position] == model[position])
            }
        }
    }
}
