internal import Basics
internal import MVCC
internal import Paxos
internal import PaxosCodec
internal import Rows

extension GoverningMembership {
    /// The name of the row that holds what governs after the flushed slots.
    private static let tableName = "membership"

    /// As a row of the base.
    var tableRow: TableRow {
        var writer = ByteWriter()
        writer.write(slot.rawValue)
        membership.encode(into: &writer)
        return TableRow(name: Self.tableName, bytes: writer.bytes)
    }

    /// What the base says; nil if it says nothing.
    init?(in tables: [TableRow]) throws(KeyBaseError) {
        guard let row = tables.first(where: { $0.name == Self.tableName }) else { return nil }
        let read: Result<GoverningMembership, ByteReaderError> = row.bytes.withUnsafeBytes {
            var reader = ByteReader($0)
            do throws(ByteReaderError) {
                let slot = Slot(try reader.read())
                return .success(
                    GoverningMembership(slot: slot, membership: try Membership(from: &reader)))
            } catch {
                return .failure(error)
            }
        }
        guard case .success(let governing) = read else {
            throw KeyBaseError("the base's table of members is not as it was written")
        }
        self = governing
    }
}
