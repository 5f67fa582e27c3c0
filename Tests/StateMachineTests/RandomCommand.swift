import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine

/// Commands of all kinds, some of them wrong.
enum RandomCommand {
    static func make(_ revision: Int64, _ random: inout SeededRandom) -> (CommandKind, [UInt8]) {
        switch Int.random(in: 0..<27, using: &random) {
        case 0...7: (.put, put(&random).serializedBytes())
        case 8...9: (.deleteRange, delete(&random).serializedBytes())
        case 10...14:
            (.txn, txn(revision, depth: 2, &random).serializedBytes())
        case 15:
            (.compaction, compaction(revision, &random).serializedBytes())
        case 16...18: (.readModifyWrite, modification(&random).serializedBytes())
        case 19...21: (.leaseGrant, grant(&random).serializedBytes())
        case 22:
            (
                .leaseRevoke,
                LeaseRevokeRequest.with { $0.id = lease(&random) }.serializedBytes()
            )
        case 23...25: (.auth, auth(&random).serializedBytes())
        default:
            (
                CommandKind.allCases[Int.random(in: 0..<5, using: &random)],
                (0..<Int.random(in: 0..<30, using: &random)).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                }
            )
        }
    }

    /// Changes of users and roles, which count for nothing as long as nobody lets them.
    private static func auth(_ random: inout SeededRandom) -> AuthCommand {
        let user = "user\(random.next() % 4)"
        let role = random.next() % 8 == 0 ? "root" : "role\(random.next() % 3)"
        let (key, end) = (Array(key(&random).utf8), random.next() % 2 == 0 ? [] : [UInt8(0xff)])
        var command = AuthCommand()
        switch random.next() % 9 {
        case 0, 1: command.userAdd = .with { ($0.name, $0.hashedPassword) = (user, "hash") }
        case 2: command.userDelete = .with { $0.name = user }
        case 3: command.userChangePassword = .with { $0.name = user }
        case 4: command.userGrantRole = .with { ($0.user, $0.role) = (user, role) }
        case 5: command.userRevokeRole = .with { ($0.name, $0.role) = (user, role) }
        case 6: command.roleAdd = .with { $0.name = role }
        case 7: command.roleDelete = .with { $0.role = role }
        default:
            command.roleGrantPermission = .with {
                $0.name = role
                $0.perm = .with { ($0.key, $0.rangeEnd) = (key, end) }
            }
        }
        return command
    }

    static func key(_ random: inout SeededRandom) -> String {
        "key\(Int.random(in: 0..<30, using: &random))"
    }

    static func put(_ random: inout SeededRandom) -> PutRequest {
        .make(key(&random), "\(random.next() % 100)") {
            $0.prevKv = Bool.random(using: &random)
            if random.next() % 8 == 0 { $0.ignoreLease = true }
            if random.next() % 8 == 0 {
                $0.ignoreValue = true
                $0.value = []
            }
            if random.next() % 3 == 0, !$0.ignoreLease { $0.lease = lease(&random) }
        }
    }

    static func lease(_ random: inout SeededRandom) -> Int64 {
        Int64.random(in: -2...6, using: &random)
    }

    private static func grant(_ random: inout SeededRandom) -> LeaseGrantRequest {
        .with {
            $0.id = lease(&random)
            $0.ttl = Int64.random(in: -1...100, using: &random)
        }
    }

    static func delete(_ random: inout SeededRandom) -> DeleteRangeRequest {
        .make(key(&random), Bool.random(using: &random) ? key(&random) : "", true)
    }

    static func range(_ revision: Int64, _ random: inout SeededRandom) -> RangeRequest {
        .make(key(&random), Bool.random(using: &random) ? key(&random) : "") {
            $0.limit = Int64.random(in: 0..<5, using: &random)
            $0.sortOrder = .init(rawValue: Int.random(in: 0..<3, using: &random))
            $0.sortTarget = .init(rawValue: Int.random(in: 0..<5, using: &random))
            $0.countOnly = random.next() % 5 == 0
            $0.keysOnly = random.next() % 5 == 0
            if random.next() % 3 == 0 {
                $0.revision = Int64.random(in: 0...(revision + 1), using: &random)
            }
            if random.next() % 4 == 0 {
                $0.minModRevision = Int64.random(in: 0...revision, using: &random)
            }
            if random.next() % 4 == 0 {
                $0.maxCreateRevision = Int64.random(in: 0...revision, using: &random)
            }
        }
    }

    static func compare(_ revision: Int64, _ random: inout SeededRandom) -> Compare {
        let number = Int64.random(in: 0...revision, using: &random)
        let targets: [(Compare.CompareTarget, Compare.OneOf_TargetUnion)] = [
            (.version, .version(number % 3)), (.create, .createRevision(number)),
            (.mod, .modRevision(number)), (.value, .value(Array("\(number % 100)".utf8))),
            (.lease, .lease(number % 2)),
        ]
        let (target, union) = targets[Int.random(in: 0..<5, using: &random)]
        return .make(
            key(&random), Bool.random(using: &random) ? key(&random) : "", target,
            .init(rawValue: Int.random(in: 0..<4, using: &random)), union)
    }

    static func txn(_ revision: Int64, depth: Int, _ random: inout SeededRandom) -> TxnRequest {
        .make(
            (0..<Int.random(in: 0..<3, using: &random)).map { _ in compare(revision, &random) },
            operations(revision, depth, &random), operations(revision, depth, &random))
    }

    private static func operations(
        _ revision: Int64, _ depth: Int, _ random: inout SeededRandom
    ) -> [RequestOp] {
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            var operation = RequestOp()
            switch Int.random(in: 0..<(depth > 0 ? 7 : 6), using: &random) {
            case 0...2: operation.requestPut = put(&random)
            case 3: operation.requestDeleteRange = delete(&random)
            case 4...5: operation.requestRange = range(revision, &random)
            default: operation.requestTxn = txn(revision, depth: depth - 1, &random)
            }
            return operation
        }
    }

    private static func compaction(
        _ revision: Int64, _ random: inout SeededRandom
    ) -> CompactionRequest {
        .with { $0.revision = Int64.random(in: (revision / 2)...(revision + 1), using: &random) }
    }

    private static func modification(_ random: inout SeededRandom) -> ReadModifyWriteRequest {
        let value = Array("\(random.next() % 10)".utf8)
        let operations: [ReadModifyWriteRequest.OneOf_Operation] = [
            .append(value), .setIfAbsent(value), .add(.with { $0.delta = 3 }),
            .compareAndSet(
                .with {
                    $0.expected = value
                    $0.value = value
                }),
        ]
        return .with {
            $0.key = Array(key(&random).utf8)
            $0.operation = operations[Int.random(in: 0..<4, using: &random)]
        }
    }
}
