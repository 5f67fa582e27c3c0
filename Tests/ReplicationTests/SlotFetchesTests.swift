import Paxos
import Testing

@testable import Replication

/// Apply waits for keys that are on their way.
struct SlotFetchesTests {
    @Test("apply waits until the last fetch of its slot has ended")
    func lastOne() {
        var fetches = SlotFetches()
        #expect(fetches.await(Slot(7)) == false, "nothing is on its way")
        // The value was accepted in two ballots.
        fetches.begin(Slot(7))
        fetches.begin(Slot(8))
        fetches.begin(Slot(7))
        #expect(fetches.await(Slot(7)) == true)
        #expect(fetches.end(Slot(8)) == false, "of another slot")
        #expect(fetches.end(Slot(7)) == false, "one is left")
        #expect(fetches.end(Slot(7)) == true)
        #expect(fetches.await(Slot(7)) == false)
    }

    @Test("a fetch that nobody waits for ends unnoticed")
    func unnoticed() {
        var fetches = SlotFetches()
        fetches.begin(Slot(1))
        #expect(fetches.end(Slot(1)) == false)
        fetches.begin(Slot(1))
        #expect(fetches.await(Slot(1)) == true)
        #expect(fetches.end(Slot(1)) == true)
        fetches.begin(Slot(1))
        #expect(fetches.end(Slot(1)) == false, "the wait was over")
    }
}
