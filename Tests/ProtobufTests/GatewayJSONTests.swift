import EtcdMessages
import Protobuf
import Testing

/// The JSON of etcd's gateway, on examples from its documentation.
@Suite struct GatewayJSONTests {
    private func read<Message: ProtobufJSONMessage>(
        _ type: Message.Type = Message.self, _ text: String
    ) throws(JSONError) -> Message {
        try Message(jsonBytes: [UInt8](text.utf8))
    }

    private func text(_ message: some ProtobufJSONMessage) -> String {
        String(decoding: message.serializedJSON(), as: UTF8.self)
    }

    @Test func put() throws {
        let request = try read(PutRequest.self, #"{"key": "Zm9v", "value": "YmFy"}"#)
        #expect(request.key == [UInt8]("foo".utf8))
        #expect(request.value == [UInt8]("bar".utf8))
        #expect(text(request) == #"{"key":"Zm9v","value":"YmFy"}"#)

        let response = PutResponse.with {
            $0.header.clusterID = 12_585_971_608_760_269_493
            $0.header.memberID = 13_847_567_121_247_652_255
            $0.header.revision = 2
            $0.header.raftTerm = 3
        }
        #expect(
            text(response)
                == #"{"header":{"cluster_id":"12585971608760269493","#
                + #""member_id":"13847567121247652255","revision":"2","raft_term":"3"}}"#)
    }

    @Test func range() throws {
        let response = RangeResponse.with {
            $0.header.revision = 2
            $0.kvs = [
                KeyValue.with {
                    $0.key = [UInt8]("foo".utf8)
                    $0.createRevision = 2
                    $0.modRevision = 2
                    $0.version = 1
                    $0.value = [UInt8]("bar".utf8)
                }
            ]
            $0.count = 1
        }
        #expect(
            text(response)
                == #"{"header":{"revision":"2"},"kvs":[{"key":"Zm9v","create_revision":"2","#
                + #""mod_revision":"2","version":"1","value":"YmFy"}],"count":"1"}"#)
    }

    @Test func txn() throws {
        let request = try read(
            TxnRequest.self,
            #"""
            {"compare":[{"createRevision":"2","target":"CREATE","key":"Zm9v"},
                        {"version":4,"result":"EQUAL","target":0,"key":"Zm9v"}],
             "success":[{"requestPut":{"key":"Zm9v","value":"YmFy"}},
                        {"request_range":{"key":"Zm9v"}}]}
            """#)
        #expect(request.compare.map(\.targetUnion) == [.createRevision(2), .version(4)])
        #expect(request.compare.map(\.target) == [.create, .version])
        #expect(request.success.count == 2)
        #expect(request.success[0].requestPut.value == [UInt8]("bar".utf8))
        #expect(request.success[1].request == .requestRange(.with { $0.key = [UInt8]("foo".utf8) }))
        #expect(try read(TxnRequest.self, text(request)) == request)

        let failed = TxnResponse.with { $0.header.revision = 3 }
        #expect(text(failed) == #"{"header":{"revision":"3"}}"#)
        let done = TxnResponse.with {
            $0.succeeded = true
            $0.responses = [.with { $0.responsePut.header.revision = 3 }]
        }
        #expect(
            text(done)
                == #"{"succeeded":true,"responses":[{"response_put":{"header":{"revision":"3"}}}]}"#
        )
    }

    @Test func watch() throws {
        let request = try read(
            WatchRequest.self,
            #"{"create_request": {"key":"Zm9v","filters":["NODELETE",0],"start_revision":"7"} }"#)
        #expect(request.createRequest.filters == [.nodelete, .noput])
        #expect(request.createRequest.startRevision == 7)
        let deletion = Event.with {
            $0.type = .delete
            $0.kv.key = [UInt8]("foo".utf8)
        }
        #expect(text(deletion) == #"{"type":"DELETE","kv":{"key":"Zm9v"}}"#)
        #expect(text(Event.with { $0.kv = KeyValue() }) == #"{"kv":{}}"#)
        #expect(text(WatchResponse.with { $0.watchID = -1 }) == #"{"watch_id":"-1"}"#)
    }

    @Test func namesAreSpelledAsInTheProto() throws {
        let lease = LeaseTimeToLiveResponse.with {
            $0.id = 1
            $0.ttl = -1
            $0.grantedTtl = 60
            $0.keys = [[1], []]
        }
        #expect(text(lease) == #"{"ID":"1","TTL":"-1","grantedTTL":"60","keys":["AQ==",""]}"#)
        let member = Member.with {
            $0.name = "a"
            $0.peerUrls = ["http://a:2380"]
            $0.isLearner = true
        }
        #expect(text(member) == #"{"name":"a","peerURLs":["http://a:2380"],"isLearner":true}"#)
        #expect(try read(LeaseCheckpoint.self, #"{"remainingTTL":5}"#).remainingTtl == 5)
        #expect(try read(LeaseCheckpoint.self, #"{"remaining_TTL":"5"}"#).remainingTtl == 5)
        #expect(text(HashKVResponse.with { $0.hash = .max }) == #"{"hash":4294967295}"#)
    }

    @Test func nullIsTheDefaultAndUnknownNamesAreDropped() throws {
        let request = try read(
            RangeRequest.self,
            #"{"key":null,"limit":null,"sort_order":null,"nonsense":{"a":[1]},"keysOnly":true}"#)
        #expect(request == .with { $0.keysOnly = true })
        #expect(try read(TxnRequest.self, #"{"compare":null}"#) == TxnRequest())
        #expect(
            try read(Compare.self, #"{"version":null,"value":"AQ"}"#).targetUnion == .value([1]))
        #expect(try !read(PutResponse.self, #"{"header":null}"#).hasHeader)
        #expect(try read(PutResponse.self, #"{"header":{}}"#).hasHeader)
    }

    @Test func enumsByNameAndByNumber() throws {
        #expect(try read(RangeRequest.self, #"{"sort_target":"MOD"}"#).sortTarget == .mod)
        #expect(try read(RangeRequest.self, #"{"sort_target":3}"#).sortTarget == .mod)
        let unknown = try read(RangeRequest.self, #"{"sort_target":9}"#)
        #expect(unknown.sortTarget == .UNRECOGNIZED(9))
        #expect(text(unknown) == #"{"sort_target":9}"#)
        let permission = Permission.with { $0.permType = .readwrite }
        #expect(text(permission) == #"{"permType":"READWRITE"}"#)
    }

    @Test(arguments: [
        (#"{"key":1}"#, "key"), (#"{"key":"*"}"#, "key"), (#"{"limit":"x"}"#, "limit"),
        (#"{"limit":1.5}"#, "limit"), (#"{"limit":9223372036854775808}"#, "limit"),
        (#"{"serializable":"true"}"#, "serializable"), (#"{"serializable":1}"#, "serializable"),
        (#"{"sortOrder":"UP"}"#, "sortOrder"), (#"{"sort_order":true}"#, "sort_order"),
        (#"{"sort_order":2147483648}"#, "sort_order"), (#"[]"#, "etcdserverpb.RangeRequest"),
    ])
    func valuesOfAnotherType(json: String, field: String) {
        let error = #expect(throws: JSONError.self) { try read(RangeRequest.self, json) }
        guard case .mismatch(field, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func listsAndMessagesOfAnotherType() {
        let texts = [
            #"{"compare":{}}"#, #"{"compare":[null]}"#, #"{"success":[1]}"#,
            #"{"success":[{"request_put":[]}]}"#,
        ]
        for text in texts {
            #expect(throws: JSONError.self, "\(text)") { try read(TxnRequest.self, text) }
        }
    }

    @Test func aOneofHasOneMember() {
        #expect(throws: JSONError.oneofSetTwice(field: "value")) {
            try read(Compare.self, #"{"version":1,"value":"AQ=="}"#)
        }
    }
}
