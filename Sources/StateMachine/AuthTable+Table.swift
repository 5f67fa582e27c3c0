internal import Basics
internal import MVCC

/// The table as one row of a base. It is small, and seldom changes.
extension AuthTable: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt8(isEnabled ? 1 : 0))
        writer.writeVarint(revision)
        writer.writeVarint(disabledRevision)
        writer.writeVarint(UInt64(users.count))
        for user in users { user.write(to: &writer) }
        writer.writeVarint(UInt64(roles.count))
        for role in roles { role.write(to: &writer) }
    }

    convenience init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init()
        let isEnabled = try reader.read(UInt8.self) != 0
        let revision = try reader.readVarint()
        let disabledRevision = try reader.readVarint()
        var users: [AuthUser] = []
        for _ in 0..<(try reader.readVarint()) { users.append(try AuthUser(from: &reader)) }
        var roles: [AuthRole] = []
        for _ in 0..<(try reader.readVarint()) { roles.append(try AuthRole(from: &reader)) }
        fill(
            isEnabled: isEnabled, revision: revision, disabledRevision: disabledRevision,
            users: users, roles: roles)
    }
}

extension AuthUser: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeBytes(name)
        writer.write(UInt8(hasNoPassword ? 1 : 0))
        writer.writeString(passwordHash)
        writer.writeVarint(passwordRevision)
        writer.writeVarint(UInt64(roles.count))
        for role in roles { writer.writeBytes(role) }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        name = try reader.readBytes()
        hasNoPassword = try reader.read(UInt8.self) != 0
        passwordHash = try reader.readString()
        passwordRevision = try reader.readVarint()
        for _ in 0..<(try reader.readVarint()) { roles.append(try reader.readBytes()) }
    }

    /// What it counts against the limit of the table.
    var byteCount: Int {
        Limits.authOverheadBytes + name.count + passwordHash.utf8.count
            + roles.reduce(0) { $0 + $1.count + Limits.authOverheadBytes }
    }

    func add(to digest: inout StateDigest) {
        digest.add(name)
        digest.add(UInt64(hasNoPassword ? 1 : 0))
        digest.add(Array(passwordHash.utf8))
        digest.add(passwordRevision)
        digest.add(UInt64(roles.count))
        for role in roles { digest.add(role) }
    }
}

extension AuthRole: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeBytes(name)
        writer.writeVarint(UInt64(permissions.count))
        for permission in permissions {
            writer.write(permission.kind.rawValue)
            writer.writeBytes(permission.key)
            writer.writeBytes(permission.rangeEnd)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        name = try reader.readBytes()
        for _ in 0..<(try reader.readVarint()) {
            guard let kind = AuthPermission.Kind(rawValue: try reader.read()) else {
                throw .invalid("a permission")
            }
            permissions.append(
                AuthPermission(
                    kind: kind, key: try reader.readBytes(), rangeEnd: try reader.readBytes()))
        }
    }

    /// What it counts against the limit of the table.
    var byteCount: Int {
        Limits.authOverheadBytes + name.count
            + permissions.reduce(0) {
                $0 + $1.key.count + $1.rangeEnd.count + Limits.authOverheadBytes
            }
    }

    func add(to digest: inout StateDigest) {
        digest.add(name)
        digest.add(UInt64(permissions.count))
        for permission in permissions {
            digest.add(UInt64(permission.kind.rawValue))
            digest.add(permission.key)
            digest.add(permission.rangeEnd)
        }
    }
}
