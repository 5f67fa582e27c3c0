import Testing

@testable import SynodClient
@testable import synod

/// What `synod txn` reads, and ids of leases as they are printed and read.
@Suite struct TransactionSyntaxTests {
    @Test func aPutTakesItsFlagsBehindItsValue() throws {
        #expect(try TransactionSyntax.operation("put k --prev-kv") == put("k", "--prev-kv"))
        #expect(
            try TransactionSyntax.operation("put k v --lease 10 --prev-kv")
                == .put(
                    key: Array("k".utf8), value: Array("v".utf8), returnsPrevious: true, lease: 16))
        for line in ["put k", "put \"\" v", "put k v w", "put k v --rev 1", "put k v --lease x"] {
            #expect(throws: UsageError.self) { try TransactionSyntax.operation(line) }
        }
    }

    @Test func aDeleteMayShowWhatWasThere() throws {
        let one = KeyRange.key(Array("k".utf8))
        #expect(try TransactionSyntax.operation("del k") == .delete(one))
        #expect(
            try TransactionSyntax.operation("del k --prev-kv")
                == .delete(one, returnsPrevious: true))
    }

    private func put(_ key: String, _ value: String) -> SynodClient.Operation {
        .put(key: Array(key.utf8), value: Array(value.utf8))
    }

    @Test(arguments: [0, 1, -1, -5, 0x7587_0c34_aa12_f402, .max, .min] as [Int64])
    func whatIsPrintedOfALeaseIsRead(id: Int64) throws {
        let text = LeasePrinter.text(id)
        #expect(text.count == (id == .min ? 17 : 16))
        #expect(try LeaseCommand.id(text) == id)
    }
}
