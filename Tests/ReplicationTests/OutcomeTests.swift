import Replication
import StateMachine
import Simulation
import Testing

/// How proposals and reads end (P19, P20, P22): definite, indefinite, refused at the door.
@Suite("Outcomes")
struct OutcomeTests {
    @Test("without a leader until the deadline: refused, and never executed later")
    func noLeader() throws {
        let cluster = World.formed(seed: 1)
        cluster.machines[0].losePower()
        cluster.machines[1].losePower()
        let alone = cluster.machines[2]
        #expect(
            cluster.timeline.run(milliseconds: 1000) { alone.replica?.status.leader == 0 })
        let answer = cluster.put("never", at: alone)
        cluster.timeline.run(milliseconds: 900)
        #expect(answer.count == 0)
        #expect(cluster.wait(answer)?.refusal == .noLeader)
        for node in cluster.machines where node.replica == nil { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.mustPut("later", at: alone)
        #expect(cluster.becomesLevel())
        for node in cluster.machines {
            #expect(cluster.value("never", at: node) == nil)
            #expect(cluster.value("later", at: node) == [1])
        }
        #expect(answer.count == 1)
        #expect(cluster.breaches == [])
    }

    @Test("with a leader again before the deadline: executed, once")
    func leaderInTime() throws {
        let cluster = World.formed(seed: 2)
        cluster.machines[0].losePower()
        cluster.machines[1].losePower()
        let alone = cluster.machines[2]
        #expect(
            cluster.timeline.run(milliseconds: 1000) { alone.replica?.status.leader == 0 })
        let answers = (0..<5).map { cluster.append("list", "<\($0)>", at: alone) }
        cluster.timeline.run(milliseconds: 200)
        cluster.machines[0].start()
        for answer in answers { #expect(cluster.wait(answer)?.isApplied == true) }
        #expect(cluster.value("list", at: alone) == Array("<0><1><2><3><4>".utf8))
    }

    @Test("handed over and not heard of again: nobody knows")
    func handedOver() throws {
        let cluster = World.formed(seed: 3)
        let follower = try #require(cluster.follower)
        cluster.isolate(follower)
        #expect(follower.replica?.status.leader != 0)
        let answer = cluster.put("perhaps", at: follower)
        #expect(cluster.wait(answer)?.unknown != nil)
        cluster.mendAll()
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(answer.count == 1)
    }

    @Test("a leader that lost its quorum does not say yes, and its reads are not stale")
    func isolatedLeader() throws {
        let cluster = World.formed(seed: 4)
        let old = try #require(cluster.leader)
        cluster.isolate(old)
        let write = cluster.put("a", [7], at: old)
        let early = cluster.read(at: old)
        let others = cluster.machines.filter { $0 !== old }
        cluster.mustPut("a", [8], at: others[0])
        let late = cluster.read(at: old)
        #expect(cluster.wait(write)?.unknown != nil)
        #expect(cluster.wait(early) == .timedOut(.confirmation))
        #expect(cluster.wait(late) == .timedOut(.confirmation))
        cluster.mendAll()
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("reads that came before there was a quorum are answered when there is one")
    func readsBeforeTheCore() throws {
        let cluster = World.formed(seed: 5)
        cluster.mustPut("k", [3], at: cluster.machines[0])
        for node in cluster.machines { node.losePower() }
        cluster.machines[2].start()
        cluster.timeline.run(milliseconds: 50)
        let read = cluster.read(at: cluster.machines[2])
        cluster.timeline.run(milliseconds: 300)
        #expect(read.count == 0)
        cluster.machines[0].start()
        #expect(cluster.wait(read, milliseconds: 600) == .ready)
        #expect(cluster.value("k", at: cluster.machines[2]) == [3])
    }

    @Test("20,000 commands may wait, and no more; the end answers each of them once")
    func admission() throws {
        let cluster = World.idle(seed: 6)
        let node = cluster.machines[0]
        node.start()
        cluster.timeline.run(milliseconds: 20)
        let replica = try #require(node.replica)
        var answers = [Int](repeating: 0, count: 20_000)
        var others = 0
        for number in answers.indices {
            replica.propose(.put, request: []) {
                answers[number] += 1
                if $0.refusal != .stopping { others += 1 }
            }
        }
        #expect(replica.status.proposalsPending == 20_000)
        var refusal: Refusal?
        replica.propose(.put, request: []) { refusal = $0.refusal }
        #expect(refusal == .tooManyRequests)
        replica.stop()
        #expect(answers.allSatisfy { $0 == 1 })
        #expect(others == 0)
        refusal = nil
        replica.propose(.put, request: []) { refusal = $0.refusal }
        #expect(refusal == .stopping)
    }

    @Test("64 MiB of commands may wait, and no more")
    func admissionByBytes() throws {
        let cluster = World.idle(seed: 7)
        let node = cluster.machines[0]
        node.start()
        let replica = try #require(node.replica)
        let request = [UInt8](repeating: 1, count: 4 << 20)
        var refusals: [Refusal] = []
        for _ in 0..<20 {
            replica.propose(.put, request: request) { result in
                if let refusal = result.refusal { refusals.append(refusal) }
            }
        }
        #expect(replica.status.proposalsPending == 15)
        #expect(refusals == Array(repeating: .tooManyRequests, count: 5))
    }

    @Test("50,000 reads may wait, and no more")
    func admissionOfReads() throws {
        let cluster = World.idle(seed: 8)
        let node = cluster.machines[0]
        node.start()
        let replica = try #require(node.replica)
        var results: [ReadResult] = []
        for _ in 0..<50_003 { replica.read { results.append($0) } }
        #expect(results == Array(repeating: .refused(.tooManyRequests), count: 3))
        replica.stop()
        #expect(results.count == 50_003)
        #expect(results.last == .refused(.stopping))
    }

    @Test("stopping answers what was handed over with unknown, reads with a refusal")
    func stopping() throws {
        let cluster = World.formed(seed: 9)
        let follower = try #require(cluster.follower)
        cluster.isolate(follower)
        let write = cluster.put("k", at: follower)
        let read = cluster.read(at: follower)
        cluster.timeline.run(milliseconds: 1)
        follower.replica?.stop()
        #expect(write.value?.unknown == .stopping)
        #expect(read.value == .refused(.stopping))
        cluster.timeline.run(milliseconds: 2000)
        #expect(write.count == 1)
        #expect(read.count == 1)
    }

    @Test(
        "a leader that is stopped gives leadership away, and its log is sealed",
        arguments: 1...8 as ClosedRange<UInt64>)
    func stopOfALeader(seed: UInt64) throws {
        let cluster = World.formed(seed: seed) { $0.setClients(4, meanPauseMicroseconds: 8_000) }
        var dice = Dice(seed: seed, concern: "test")
        let clients = Workload(cluster)
        clients.start()
        cluster.timeline.run(milliseconds: 100)
        let leader = try #require(cluster.leader)
        var isClosed = false
        leader.replica?.stop()
        cluster.timeline.after(dice.number(in: 100...30_000)) {
            leader.replica?.close { isClosed = true }
            leader.process?.requestTurn()
        }
        // Peers go on talking to it, and its clock goes on.
        #expect(cluster.timeline.run(milliseconds: 1000) { isClosed })
        cluster.timeline.run(milliseconds: 50)
        leader.losePower()
        #expect(cluster.timeline.run(milliseconds: 1000) { cluster.leader != nil })
        leader.start()
        cluster.judge(clients)
    }

    @Test("commands of more than a mebibyte, between small ones")
    func largeCommands() throws {
        let cluster = World.formed(seed: 10)
        let follower = try #require(cluster.follower)
        let sizes = [10, 1_400_000, 20, 3_000_000, 30, 1_048_576, 40]
        let answers = sizes.map { size in
            cluster.put("size/\(size)", [UInt8](repeating: 9, count: size), at: follower)
        }
        for answer in answers { #expect(cluster.wait(answer)?.isApplied == true) }
        #expect(cluster.becomesLevel())
        for node in cluster.machines {
            for size in sizes { #expect(cluster.value("size/\(size)", at: node)?.count == size) }
        }
        for node in cluster.machines { node.losePower() }
        for node in cluster.machines { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.value("size/3000000", at: follower)?.count == 3_000_000)
        #expect(cluster.breaches == [])
    }

    @Test("a completion that asks again is served at once, without a tick")
    func nestedCalls() throws {
        let cluster = World.formed(seed: 11)
        let leader = try #require(cluster.leader)
        let read = Answer<ReadResult>()
        let began = cluster.timeline.nowMicroseconds
        leader.replica?.propose(.put, request: []) { _ in
            leader.replica?.read { read.take($0) }
        }
        leader.process?.requestTurn()
        #expect(cluster.wait(read) == .ready)
        #expect(cluster.timeline.nowMicroseconds - began < 8_000)
    }
}
