internal import Basics

/// A part of the replicated state that a base keeps as one row.
protocol ReplicatedTable {
    func write(to writer: inout ByteWriter)
    init(from reader: inout ByteReader) throws(ByteReaderError)
}
