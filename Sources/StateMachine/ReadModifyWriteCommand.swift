internal import EtcdMessages
internal import MVCC

/// Changes one key as a function of its value. The key keeps its lease.
enum ReadModifyWriteCommand {
    /// Computes the new value, and writes it unless the operation's condition fails. `makeRoom` refuses what
    /// would not fit.
    static func execute(
        _ request: ReadModifyWriteRequest, _ keyspace: Keyspace,
        makeRoom: (Int) throws(KVError) -> Void
    ) throws(KVError) -> ReadModifyWriteResponse {
        try RequestCheck.readModifyWrite(request)
        let old = keyspace.state(of: request.key, at: keyspace.revision)
        let value = try newValue(request.operation, old)
        var response = ReadModifyWriteResponse()
        if let old { response.old = KeyValue(request.key, old) }
        if let value {
            try makeRoom(request.key.count + value.count)
            var transaction = keyspace.beginWrite()
            transaction.put(request.key, value: value, lease: old?.lease ?? 0)
            transaction.end()
            response.applied = true
        }
        if let current = keyspace.state(of: request.key, at: keyspace.revision) {
            response.current = KeyValue(request.key, current)
        }
        response.header = ResponseHeader(revision: keyspace.revision)
        return response
    }

    /// The value to write; nil if the operation's condition does not hold.
    private static func newValue(
        _ operation: ReadModifyWriteRequest.OneOf_Operation?, _ old: KeyState?
    ) throws(KVError) -> [UInt8]? {
        switch operation {
        case .compareAndSet(let request):
            let holds = request.expectAbsent ? old == nil : old?.value == request.expected
            return holds ? request.value : nil
        case .add(let request):
            let number = try old.map { state throws(KVError) in try parse(state.value) } ?? 0
            let (sum, isTooBig) = number.addingReportingOverflow(request.delta)
            if isTooBig { throw .numberOverflow }
            return Array(String(sum).utf8)
        case .append(let suffix):
            let length = (old?.value.count ?? 0) + suffix.count
            if length > Limits.appendedValueBytesMax { throw .valueTooLarge }
            return (old?.value ?? []) + suffix
        case .setIfAbsent(let value):
            return old == nil ? value : nil
        case nil:
            throw .operationNotProvided
        }
    }

    /// Reads an optional minus sign and decimal digits, nothing else.
    private static func parse(_ text: [UInt8]) throws(KVError) -> Int64 {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text.dropFirst(isNegative ? 1 : 0)
        guard !digits.isEmpty, text.count <= Limits.numberBytesMax else { throw .notANumber }
        var number: Int64 = 0
        for digit in digits {
            guard digit >= 48, digit <= 57 else { throw .notANumber }
            let (shifted, isTooBig) = number.multipliedReportingOverflow(by: 10)
            let value = Int64(digit - 48)
            let next =
                isNegative
                ? shifted.subtractingReportingOverflow(value)
                : shifted.addingReportingOverflow(value)
            if isTooBig || next.overflow { throw .notANumber }
            number = next.partialValue
        }
        return number
    }
}
