//! A server that lets a policy decide on each request, as the policy does in a running service.

use crate::browser::exchange::{Answer, Exchange, HeaderLines, Hop};
use crate::browser::fetch_site::FetchSite;
use crate::browser::header_lines;
use crate::browser::server::{Server, WireRequest};
use crate::browser::words::Initiator;
use crate::decide::decision::Decision;
use crate::decide::evaluate::Evaluation;
use crate::decide::policy::Policy;
use crate::decide::request::{RequestHeader, RequestHeaders};
use crate::explain::by_message::ByMessage;
use crate::issues::code::Reason;
use crate::paths::RouteChoice;
use crate::response::apply::ResponseHeaders;
use crate::response::header_name::{HeaderName, OWNED_HEADERS};
use crate::response::template::{Action, Op};
use std::borrow::Cow;
use std::convert::Infallible;

/// The policy's decision on one request.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) reason: Reason,
    pub(crate) reported: Option<Reason>,
    pub(crate) route: RouteChoice,
    /// Whether the policy responded itself.
    pub(crate) responded: bool,
    /// CORS headers of the application that the policy replaced.
    pub(crate) replaced: Vec<String>,
    /// CORS headers of the application that were sent instead of the policy's.
    pub(crate) kept: Vec<String>,
}

/// A server that has the policy in front of the application of an exchange.
#[derive(Debug)]
pub(crate) struct PolicyServer<'p> {
    policy: &'p Policy,
    exchange: &'p Exchange,
    /// The origin of the server. The policy does not decide on requests to other origins.
    own: Option<String>,
    pub(crate) decisions: ByMessage<Decided>,
    /// Whether the origin predicate was asked although the exchange does not have its answer.
    pub(crate) predicate_unknown: bool,
    /// Each response as this server sent it. For a request that never came, it is the response of the exchange.
    pub(crate) hops: Vec<Hop>,
}

impl<'p> PolicyServer<'p> {
    pub(crate) fn new(policy: &'p Policy, exchange: &'p Exchange) -> Self {
        PolicyServer {
            policy,
            exchange,
            own: None,
            decisions: ByMessage::new(),
            predicate_unknown: false,
            hops: exchange.hops.clone(),
        }
    }

    /// The response of the application, or of another server.
    fn captured(&self, hop: usize, is_preflight: bool) -> Answer {
        let hop = self.exchange.hops.get(hop);
        hop.map(|hop| if is_preflight { hop.preflight.clone() } else { hop.response.clone() }).unwrap_or_default()
    }

    fn respond(&mut self, request: WireRequest<'_>, is_preflight: bool) -> Answer {
        let own = self.own.get_or_insert_with(|| request.url.origin());
        let answer = if *own == request.url.origin() {
            self.decide(request, is_preflight)
        } else {
            self.captured(request.hop, is_preflight)
        };
        if self.hops.len() <= request.hop {
            self.hops.resize(request.hop + 1, Hop::default());
        }
        if let Some(hop) = self.hops.get_mut(request.hop) {
            *(if is_preflight { &mut hop.preflight } else { &mut hop.response }) = answer.clone();
        }
        answer
    }

    fn decide(&mut self, request: WireRequest<'_>, is_preflight: bool) -> Answer {
        let lines = self.lines(request);
        let headers: RequestHeaders<'_> =
            lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let path = request.url.path.as_bytes();
        let mut asked = headers.request(request.method, Some(path));
        asked.secure = matches!(request.url.scheme.as_str(), "https" | "wss");
        let route = match &self.policy.routes {
            None => RouteChoice::TopLevel,
            Some(routes) => routes.paths.choose(asked.path, asked.path_decoded),
        };
        let decision = match self.policy.evaluate(&asked) {
            Evaluation::Decided(decision) => decision,
            Evaluation::Ask(pending) => match self.exchange.predicate {
                Some(answer) => pending.resolve(answer),
                None => {
                    self.predicate_unknown = true;
                    return Answer::Unknown;
                }
            },
        };
        let mut decided = Decided {
            reason: decision.reason(),
            reported: decision.reported(),
            route,
            responded: decision.action() == Action::Respond,
            replaced: Vec::new(),
            kept: Vec::new(),
        };
        let answer = match decision.status() {
            Some(status) => apply(&decision, status, Vec::new()),
            None => match self.captured(request.hop, is_preflight) {
                Answer::Response { status, headers } => {
                    note_own_headers(&decision, &headers, &mut decided);
                    apply(&decision, status, headers)
                }
                // If the exchange does not have the application's response, the application responds
                // without CORS headers.
                Answer::Unknown if !is_preflight => apply(&decision, self.usual_status(), Vec::new()),
                other => other,
            },
        };
        self.decisions.insert((request.hop, is_preflight), decided);
        answer
    }

    fn usual_status(&self) -> u16 {
        if self.exchange.request.initiator == Initiator::WebSocket { 101 } else { 200 }
    }

    /// The header lines of the request that a policy reads.
    fn lines(&self, request: WireRequest<'_>) -> HeaderLines {
        let mut lines = request.headers.clone();
        let authority = request.url.origin();
        let host = authority.split_once("://").map_or("", |(_, host)| host);
        let mut add = |header: RequestHeader, value: &str| {
            lines.push((header.as_str().as_bytes().to_vec(), value.as_bytes().to_vec()));
        };
        add(RequestHeader::Host, host);
        if request.url.is_trustworthy() {
            add(RequestHeader::SecFetchSite, FetchSite::of(&self.exchange.page, request.url).as_str());
        }
        if self.exchange.request.initiator == Initiator::WebSocket {
            add(RequestHeader::Upgrade, "websocket");
            add(RequestHeader::SecWebSocketKey, "AAAAAAAAAAAAAAAAAAAAAA==");
        }
        lines
    }
}

impl Server for PolicyServer<'_> {
    fn preflight(&mut self, request: WireRequest<'_>) -> Answer {
        self.respond(request, true)
    }

    fn response(&mut self, request: WireRequest<'_>) -> Answer {
        self.respond(request, false)
    }
}

fn apply(decision: &Decision<'_>, status: u16, headers: HeaderLines) -> Answer {
    let mut lines = Lines(headers);
    let Ok(()) = decision.apply_to(&mut lines);
    Answer::Response { status, headers: lines.0 }
}

/// Records which of the application's own CORS headers are replaced, and which are kept.
fn note_own_headers(decision: &Decision<'_>, application: &HeaderLines, decided: &mut Decided) {
    for name in OWNED_HEADERS {
        if header_lines::values(application, name.as_str()).next().is_some() {
            let sets = || decision.headers().any(|header| header.name == name && header.op == Op::Set);
            let goes = decision.removed().contains(&name) || sets();
            (if goes { &mut decided.replaced } else { &mut decided.kept }).push(name.as_str().to_owned());
        }
    }
}

/// Header lines to which a decision is applied.
#[derive(Debug)]
struct Lines(HeaderLines);

impl ResponseHeaders for Lines {
    type Error = Infallible;

    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Infallible> {
        Ok(header_lines::values(&self.0, name.as_str()).map(Cow::Borrowed).collect())
    }

    fn remove(&mut self, name: HeaderName) -> Result<(), Infallible> {
        header_lines::remove(&mut self.0, name.as_str());
        Ok(())
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        self.remove(name)?;
        self.append(name, value)
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        self.0.push((name.as_str().as_bytes().to_vec(), value.to_vec()));
        Ok(())
    }
}
