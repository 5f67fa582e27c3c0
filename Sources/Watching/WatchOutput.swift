package import EtcdMessages

/// The next thing that a client is to be sent. The headers have a revision; whoever sends them fills in the rest.
package enum WatchOutput {
    case answer(WatchResponse)
    case events(EventsResponse)
}
