internal import Basics

/// A session at the servers, and which of its sequences are on the way. The servers remember the
/// results of a window of sequences, so the lowest that may still be tried again holds back all that
/// are a window above it.
struct WriteSession {
    let id: UInt64
    private let window: Int
    /// The lowest sequence that may still be tried again.
    private var base: UInt64 = 1
    /// For each sequence from `base` on whether it may.
    private var isOpen = RingBuffer<Bool>()

    init(id: UInt64, window: Int) {
        precondition(window > 0, "a session with room for nothing")
        self.id = id
        self.window = window
    }

    /// The number of a new write; nil if it must wait until older ones have ended.
    mutating func open() -> WriteTicket? {
        guard isOpen.count < window else { return nil }
        let sequence = base + UInt64(isOpen.count)
        isOpen.append(true)
        return WriteTicket(session: id, sequence: sequence)
    }

    /// A write is not tried again.
    mutating func close(_ ticket: WriteTicket) {
        precondition(ticket.session == id && ticket.sequence >= base, "a ticket of another session")
        isOpen[Int(ticket.sequence - base)] = false
        while isOpen.first == false {
            isOpen.popFirst()
            base += 1
        }
    }
}
