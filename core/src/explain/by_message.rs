//! What is known about each message of an exchange.

/// A message of an exchange: the number of the request on the wire, from 0, and whether the message is that
/// request's preflight.
pub(crate) type MessageId = (usize, bool);

/// Values by their messages, in the order of the messages. An exchange has so few that a list is enough, and its code is
/// smaller than that of a tree.
#[derive(Clone, Debug)]
pub(crate) struct ByMessage<T>(Vec<(MessageId, T)>);

impl<T> ByMessage<T> {
    pub(crate) fn new() -> Self {
        ByMessage(Vec::new())
    }

    pub(crate) fn get(&self, message: MessageId) -> Option<&T> {
        self.0.iter().find(|(other, _)| *other == message).map(|(_, value)| value)
    }

    /// Replaces the value that the message has.
    pub(crate) fn insert(&mut self, message: MessageId, value: T) {
        self.0.retain(|(other, _)| *other != message);
        let place = self.0.iter().take_while(|(other, _)| *other < message).count();
        self.0.insert(place, (message, value));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(MessageId, T)> {
        self.0.iter()
    }
}
