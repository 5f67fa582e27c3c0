import Signatures

/// Tokens that etcd 3.5.1 has written, for `root` at revision 3, and the keys to verify them with; the private ones are
/// gone.
enum EtcdTokens {
    struct Sample {
        let method: SignatureMethod
        let publicKey: String?
        let secret: String?
        let expiry: Int64
        let text: String

        func key() throws -> SignatureKey {
            try SignatureKey(
                method, privateKey: secret.map { Array($0.utf8) },
                publicKey: publicKey.map { Array($0.utf8) })
        }
    }

    static let secret = "a secret of thirty-two bytes...."

    static let all: [Sample] = [
        Sample(
            method: .hs256, publicKey: nil, secret: secret, expiry: 1795252027,
            text: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMjcsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.PRHEZz0Xtlj8JsQMp4bgVg1Ig1oUzMZ0I7RW126V0b0"),
        Sample(
            method: .hs512, publicKey: nil, secret: secret, expiry: 1795252028,
            text: "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMjgsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.xNQHo2t__t5PFj3rEUOG-TTeEl1oL_n1AKpYixZ1huhcrXhZFgIjCw-o"
                + "w-VNNUih08yEC3w63Meb0Nyu1JiBCw"),
        Sample(
            method: .rs256, publicKey: rsa, secret: nil, expiry: 1795252029,
            text: "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMjksInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.ILuXYGW8B5WMjZm5tMaHlQAvD2Wl0240oIvVfjqUN5Y3eDV0Nl9oOO0O"
                + "J5CA4KNBPTVUS00pPc3t4KiVvLKqPHAKsE-_RVaFOAO8hCz5FJv0IVJd5dmrOznWVPZblSJW9Ia5dJnk"
                + "2_3p-gkLRyVESE_7A_8GPDedT4qHuZNqbmvHMiH0h5Nw61PNmTna-Ll9Dc63JQYPVwEK2E8_sEl-OF9f"
                + "TUfKFKmSW0yWMn5e4PIZmMsGvU5CJCC8F4yc_FVeEe9vjpSvflVILH058aTOjDLEmEpvM2ZJlOrk03iN"
                + "Cqj1UKPg0gMP75rl86QQFWv7Y4U4Ffc88KTCU6K35zFthA"),
        Sample(
            method: .ps384, publicKey: rsa, secret: nil, expiry: 1795252030,
            text: "eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMzAsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.YBdMNU9AtGbiJiItWafnqre6qSZAkUuwe6ouZ3sMIweldAN8ZtCpuKG1"
                + "_JeUV92Wec88pEUlAHm2qZCf7V6uYVSZcKzRCaQugimE3pmvve4FaSjTVAPX3W7cU8JgXYk-eIqT1Ljl"
                + "IuXu7sIsn2X2VAFTu7m5ZYHEXIrvayhikX9NFn9RuKES_QkyMnFt4mtYrs4NoTuS4kHG-vn29EMKd_64"
                + "TUq1CQBUYcwzViwZFowYdySWBLmC9xSUNLA2h6euBPPuZsYyOamgvtwV2TtWlVM2912mwv2rgj9nauJS"
                + "GWOdNF-qLqoCPXXEI10So899ynRLQkf18VMYMdf2P87wmQ"),
        Sample(
            method: .es256, publicKey: p256, secret: nil, expiry: 1795252030,
            text: "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMzAsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.4wCcnwURrtArwPJDWQvHmtOOFph0f2yvXVmkLae10s_qxIGYFM2kWe7M"
                + "YM4BuIdt6zNrsHFFbhjfgh04hxWGag"),
        Sample(
            method: .es384, publicKey: p384, secret: nil, expiry: 1795252031,
            text: "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMzEsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.gPSTHc1SKfc7xVGBGlFImXP1VmxQn6FGq7dOlePq_Zel2LEjJWVZIWgg"
                + "AKyyH7T3L8ETb0OTKy9o8oqnuju-IpGkbbAqyA2CKr8Fx0QIQA9UrQZewOoygQUN9OfpXlQl"),
        Sample(
            method: .es512, publicKey: p521, secret: nil, expiry: 1795252032,
            text: "eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTUyNTIwMzIsInJldmlzaW9uIjozLCJ"
                + "1c2VybmFtZSI6InJvb3QifQ.ATXIRDfkQ4eCvUkFoHFlNS7I4FalTQInkZxGc9eoD-zAK11XmGwxMWbK"
                + "kht3Ys0IMvK1sXC5V2xGq2vAyvC7Qou9AJ9J34modLQTsos8bFDEUClVeTDB1ooZNRaNEyI5mgYB52AE"
                + "9yKHlJaWcEJQO3su0m_N5ooo8GhYnGPPYSgABmIr"),
    ]

    static let rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxHjJyXtgTMcVCk/pEzX4
        YGZV24gLqCVbwn+hulUOGFnKa6GskxK2AiT4ROJpDkxs5v29GQRUUZpBWfzoBoeK
        gvCY8NonM4acIlW8AkedNmpamwRiqL+I7UGGVLuUry93xHBqfjBr8FdcTU8FzuqK
        hWwh6UaGyyZ005PhZfl+N+gY5lQcNBRAS5b+HTthS/O2KSDB617u+/vDVgVNP3SN
        XnXj/GwntMyk1CT3rmMMqFj30TM66iACqhOp3KL2sB7Oaf5KISEhmwnEUkOBzH9A
        5NZSVRotwJPXxNb2RPAbgMbzZtNTqX+HHwKL1rEs6fi8ljkGiA81ACK2Wt5YLgrr
        5QIDAQAB
        -----END PUBLIC KEY-----
        """

    static let p256 = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9WwrCUrlspCuAUJrXid0TLnLaJN2
        QIwGzM2+LBQfMc+Li+qD9V6osiE8dhX5JTQTshYzFqh+XcMeaBsls7aP6A==
        -----END PUBLIC KEY-----
        """

    static let p384 = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEjUNO5gbcD2i2OYDGUymPjwkbCdjbPjsw
        Dsfwf019ZtL6SdC/Av6Q7BKo38WQKn/Zf4gzl7W+O72YupYml0puSE6u3GXgHZPY
        DV1rmXNVDlwO01TwYeT5KGxijA34r/Eq
        -----END PUBLIC KEY-----
        """

    static let p521 = """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAENQ5rWwpNy41aTht/gEPSr7g5drd
        hSWwWF02WZcUovPeDvU3VLEw8tCffrL3SIi5unYkGX11SN6bZ5+/iQZLgL4BBaWw
        y1tS1dAvEHQ3wDeexcMsL9wnvSYjVfRT2MwdhYdqhjpbuGzH2gsTJqJyF5t48si3
        BMD5sWEIj00FQJMxG44=
        -----END PUBLIC KEY-----
        """
}
