import HTTP
import Testing

@testable import EtcdAPI

/// Who stops at a number of bytes that wait goes on when the connection says that they are few again: it says so of
/// more only.
@Test(arguments: [
    EtcdAPI.Limits.snapshotBytesWaiting, EtcdAPI.Limits.watchBytesWaiting,
    EtcdAPI.Limits.observationBytesWaiting,
])
func whatStopsASenderIsMoreThanWhatIsCalledDrained(bytes: Int) {
    #expect(bytes > HTTP.Limits.streamDrainedBytes)
}
