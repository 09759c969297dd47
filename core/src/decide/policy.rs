//! `Policy`: validated, compiled, immutable, usable from any thread.

#[cfg(feature = "explain")]
use crate::config::retained::Retained;
use crate::config::settings::PredicateOf;
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::decide::protection::{Mode, Protection};
use crate::decide::request::{PREFLIGHT_METHOD, RequestHeader};
use crate::issues::issue::Issue;
use crate::origins::set::{OriginSet, Verdict};
use crate::paths::tree::Routes;
use crate::response::outcome::OutcomeLayout;
use crate::response::render::Templates;
use crate::response::template::Template;
use std::collections::HashSet;
use std::sync::Arc;

/// A validated, compiled policy, immutable and usable from any thread.
#[derive(Debug)]
pub struct Policy {
    /// The rules for paths without a route.
    pub(crate) rules: Rules,
    pub(crate) routes: Option<RoutedRules>,
    pub(crate) templates: Templates,
    pub(crate) lints: Vec<Issue>,
    /// The settings as they were written, so that explanations can name them. No decision reads them.
    #[cfg(feature = "explain")]
    pub(crate) retained: Option<Box<Retained>>,
}

/// The data on which the decisions of a policy depend, in addition to `Origin`, the method and the headers of
/// preflights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Whether the host's predicate is asked about origins that no pattern matches, on some path.
    pub predicate: bool,
    /// Whether decisions depend on the request's path, because the policy has routes.
    pub path: bool,
    /// Whether decisions depend on [`Request::host`](crate::Request::host) and the fields after it, because there is
    /// `protection` on some path.
    pub protection: bool,
    /// Whether protection checks WebSocket handshakes on some path. A host whose handshakes never reach its middleware
    /// has to refuse such a policy.
    pub websockets: bool,
}

impl Needs {
    /// Whether decisions depend only on the headers that [`header`](Self::header) knows and on whether the method is
    /// [`PREFLIGHT_METHOD`], so that a host may remember them.
    #[inline]
    #[must_use]
    pub const fn only_cors(self) -> bool {
        !self.predicate && !self.path && !self.protection
    }

    /// The header with this name, in upper or lower case, if decisions depend on it.
    #[inline]
    #[must_use]
    pub fn header(self, name: &[u8]) -> Option<RequestHeader> {
        if self.protection { RequestHeader::of(name) } else { RequestHeader::of_cors(name) }
    }

    /// Whether [`header`](Self::header) knows a name of this length, in bytes. This is for hosts in which getting at the
    /// name itself costs more.
    #[inline]
    #[must_use]
    pub const fn may_read_name_of(self, length: usize) -> bool {
        let lengths = if self.protection { LENGTHS } else { LENGTHS_OF_CORS };
        length < u64::BITS as usize && lengths & (1 << length) != 0
    }

    /// The headers on which the decision on a request with this method depends. This is for hosts in which looking up a
    /// few headers costs less than passing all of them.
    #[must_use]
    pub fn headers_of(self, method: &[u8]) -> &'static [RequestHeader] {
        match (method == PREFLIGHT_METHOD.as_bytes(), self.protection) {
            (false, false) => &ACTUAL,
            (false, true) => &ACTUAL_PROTECTED,
            (true, false) => &OPTIONS,
            (true, true) => &RequestHeader::ALL,
        }
    }

    /// Whether decisions depend on this header.
    #[must_use]
    pub fn reads(self, header: RequestHeader) -> bool {
        self.header(header.as_str().as_bytes()).is_some()
    }
}

/// A bit for each length of the names of these headers.
const fn lengths(mut headers: &[RequestHeader]) -> u64 {
    let mut lengths = 0;
    while let [header, rest @ ..] = headers {
        lengths |= 1 << header.as_str().len();
        headers = rest;
    }
    lengths
}

const LENGTHS: u64 = lengths(&RequestHeader::ALL);
const LENGTHS_OF_CORS: u64 = lengths(&OPTIONS);

/// The headers of a request that cannot be a preflight.
const ACTUAL: [RequestHeader; 1] = [RequestHeader::Origin];

const ACTUAL_PROTECTED: [RequestHeader; 6] = [
    RequestHeader::Origin,
    RequestHeader::Host,
    RequestHeader::Authority,
    RequestHeader::SecFetchSite,
    RequestHeader::Upgrade,
    RequestHeader::SecWebSocketKey,
];

const OPTIONS: [RequestHeader; 4] =
    [RequestHeader::Origin, RequestHeader::RequestMethod, RequestHeader::RequestHeaders, RequestHeader::PrivateNetwork];

/// The paths and rules by which the routes of a policy decide.
#[derive(Debug)]
pub(crate) struct RoutedRules {
    pub(crate) paths: Routes,
    pub(crate) rules: Box<[Rules]>,
    /// The rules for paths that servers read differently.
    pub(crate) ambiguous: Rules,
}

/// The rules of a policy, or of one of its routes. Routes share the rules that they inherit.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) origins: Arc<OriginSet>,
    /// Whether plain http to another machine is refused, even if an entry matches it. This is the case with
    /// credentials.
    pub(crate) secure_only: bool,
    /// The origins with plain http that are still allowed, each by an entry that `dangerously_allow` names.
    pub(crate) insecure_origins: Option<Arc<OriginSet>>,
    pub(crate) credentials: bool,
    pub(crate) predicate: Option<PredicateOf>,
    pub(crate) methods: AllowedMethods,
    pub(crate) headers: AllowedHeaders,
    /// `*` with credentials: the request's own list is sent back.
    pub(crate) echo_headers: bool,
    pub(crate) private_network: bool,
    pub(crate) protection: Option<Arc<Protection>>,
    pub(crate) outcomes: OutcomeLayout,
}

impl Rules {
    /// Checks the value of an `Origin` header against the allowed origins.
    #[inline]
    pub(crate) fn check_origin(&self, origin: &[u8]) -> Verdict {
        match self.origins.check(origin, self.secure_only) {
            Verdict::NotAllowed if self.insecure_origins.is_some() => self.check_insecure_origins(origin),
            verdict => verdict,
        }
    }

    /// This is a separate function, so that it costs nothing for origins that are allowed.
    #[inline(never)]
    fn check_insecure_origins(&self, origin: &[u8]) -> Verdict {
        let is_named = |named: &Arc<OriginSet>| named.check(origin, false) == Verdict::Allowed;
        if self.insecure_origins.as_ref().is_some_and(is_named) { Verdict::Allowed } else { Verdict::NotAllowed }
    }
}

impl Policy {
    /// Settings that are valid but useless or risky, in the order in which they were found.
    ///
    /// The code that builds a policy should log each lint once.
    #[must_use]
    pub fn lints(&self) -> &[Issue] {
        &self.lints
    }

    fn all_rules(&self) -> impl Iterator<Item = &Rules> {
        std::iter::once(&self.rules).chain(self.routes.iter().flat_map(|routes| &routes.rules))
    }

    /// The data on which the policy's decisions depend. A binding reads nothing else from a request.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let protections = || self.all_rules().filter_map(|rules| rules.protection.as_deref());
        Needs {
            predicate: self.all_rules().filter_map(|rules| rules.predicate).any(PredicateOf::is_of_host),
            path: self.routes.is_some(),
            protection: protections().next().is_some(),
            websockets: protections().any(|protection| protection.websockets != Mode::Off),
        }
    }

    /// Every response template of the policy, for bindings that prepare their own objects for each template.
    ///
    /// The position of a template is its [`index`](Template::index).
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        self.templates.all()
    }

    #[cfg(feature = "explain")]
    fn retained_memory(&self) -> usize {
        self.retained.as_ref().map_or(0, |retained| retained.memory())
    }

    #[cfg(not(feature = "explain"))]
    #[allow(clippy::unused_self)]
    fn retained_memory(&self) -> usize {
        0
    }

    /// The approximate memory of the policy in bytes: patterns, routes, response templates and, for explanations, the
    /// settings as they were written.
    #[must_use]
    pub fn memory(&self) -> usize {
        let mut seen = HashSet::new();
        let origins = self.all_rules().map(|rules| &rules.origins).filter(|origins| seen.insert(Arc::as_ptr(origins)));
        let origins: usize = origins.map(|origins| origins.memory()).sum();
        let routes = self.routes.as_ref().map_or(0, |routes| routes.paths.memory() + size_of_val(&*routes.rules));
        let size = |template: &Template| size_of_val(template) + size_of_val(template.headers());
        let retained = self.retained_memory();
        origins + routes + self.templates().iter().map(size).sum::<usize>() + retained
    }
}
