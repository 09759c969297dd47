//! The server of a simulated browser: captured responses, or a policy.

use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use crate::browser::url::Url;

/// A request as it goes over the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WireRequest<'w> {
    /// The number of the request in the exchange, from 0. A preflight has the number of its
    /// request.
    pub(crate) hop: usize,
    pub(crate) url: &'w Url,
    pub(crate) method: &'w [u8],
    /// The headers that CORS depends on, and those of the script.
    pub(crate) headers: &'w HeaderLines,
    /// Whether the script's body is sent with the request.
    pub(crate) has_body: bool,
}

/// A server that answers the requests of a simulated browser.
pub(crate) trait Server {
    /// The response to a preflight.
    fn preflight(&mut self, request: WireRequest<'_>) -> Answer;

    /// The response to any other request.
    fn response(&mut self, request: WireRequest<'_>) -> Answer;
}

/// Answers with the responses that an exchange contains.
#[derive(Debug)]
pub(crate) struct Captured<'e>(pub(crate) &'e Exchange);

impl Server for Captured<'_> {
    fn preflight(&mut self, request: WireRequest<'_>) -> Answer {
        self.0.hops.get(request.hop).map(|hop| hop.preflight.clone()).unwrap_or_default()
    }

    fn response(&mut self, request: WireRequest<'_>) -> Answer {
        self.0.hops.get(request.hop).map(|hop| hop.response.clone()).unwrap_or_default()
    }
}
