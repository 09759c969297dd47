//! The blocks that a service prints while it is developed: one for each new combination of origin, route and reason,
//! with what to change.

use crate::browser::agent::Agent;
use crate::browser::exchange::Exchange;
use crate::browser::readable::split_headers;
use crate::browser::response_headers::ResponseLines;
use crate::browser::words::Verdict;
use crate::config::settings_table::Setting;
use crate::decide::policy::Policy;
use crate::decide::protection::is_handshake;
use crate::decide::request::Request;
use crate::explain::display::{COLUMNS, write_finding};
use crate::explain::explanation::Finding;
use crate::explain::messages::{policy as messages, shown, worth_knowing};
use crate::explain::places::Places;
use crate::issues::code::Reason;
use crate::issues::finding_code::FindingSeverity;
use crate::limits::{DEBUG_BLOCKS, ORIGIN_BYTES};
use crate::paths::RouteChoice;
use crate::predicate::PredicateAnswer;
use crate::printable::printable;
use crate::response::template::{Action, Template};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The environment variable that switches debugging on.
const VARIABLE: &str = "CORSAC_DEBUG";

/// Whether a middleware prints the reasons for its decisions. Its own setting decides; without that setting, it
/// prints them if the environment variable `CORSAC_DEBUG` is `1` or `true`. Nothing else switches this on.
#[must_use]
pub fn is_debug_requested(setting: Option<bool>) -> bool {
    setting.unwrap_or_else(|| std::env::var_os(VARIABLE).is_some_and(|value| is_debug_value(value.as_encoded_bytes())))
}

/// Whether this value of the environment variable `CORSAC_DEBUG` switches debugging on, for a host that reads the
/// environment itself.
#[must_use]
pub fn is_debug_value(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true")
}

/// A record of the blocks that were printed for a policy, so that no block is printed twice.
///
/// At most 1,000 blocks are printed. Text from requests is escaped, and no block is sent to a client.
#[derive(Debug, Default)]
pub struct DebugLog {
    printed: Mutex<Vec<Printed>>,
}

/// The subject of a block.
#[derive(Debug, PartialEq, Eq)]
enum Printed {
    /// A decision: the origin, the route, the reason, and what was only reported.
    Decision(Vec<u8>, RouteChoice, Reason, Option<Reason>),
    /// Headers that scripts cannot read, on a route.
    Hidden(RouteChoice, Vec<String>),
    /// The notice that no more blocks are printed.
    End,
}

/// Whether a block may be printed.
enum Admitted {
    New,
    Last,
    No,
}

impl DebugLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The block to print about a decision, if its combination of origin, route and reason is new. The block says
    /// what the page requested, what the policy says, and what to change. It ends with a line feed.
    ///
    /// `template` is the decision's template. `path` is the path to print, since the request may have none.
    #[must_use]
    pub fn decision(&self, policy: &Policy, request: &Request<'_>, path: &[u8], template: &Template) -> Option<String> {
        let origin = request.origin?;
        if template.action() == Action::Continue && request.is_same_origin() {
            return None;
        }
        let route = route(policy, request);
        let kept = origin.get(..ORIGIN_BYTES).unwrap_or(origin).to_vec();
        let printed = Printed::Decision(kept, route, template.reason(), template.reported());
        let asked = Asked { policy, request, path, route, template };
        self.print(printed, || asked.to_string())
    }

    /// The block to print about the headers of a response, if a script usually wants one of them and cannot read it.
    ///
    /// `template` is the template of the decision whose headers the response already has. `headers` are all headers
    /// of the response.
    #[must_use]
    pub fn response(
        &self,
        policy: &Policy,
        request: &Request<'_>,
        path: &[u8],
        template: &Template,
        status: u16,
        headers: &[(&[u8], &[u8])],
    ) -> Option<String> {
        let is_redirect = (300..400).contains(&status);
        if request.origin.is_none() || request.is_same_origin() || !template.reason().is_readable() || is_redirect {
            return None;
        }
        if template.action() == Action::Respond {
            return None;
        }
        let lines = ResponseLines { lines: headers, agent: Agent::STANDARD };
        let credentials = lines.get("access-control-allow-credentials").as_deref() == Some(b"true");
        let (_, mut hidden) = split_headers(lines, true, credentials);
        hidden.retain(|name| is_usually_wanted(name));
        if hidden.is_empty() {
            return None;
        }
        let route = route(policy, request);
        self.print(Printed::Hidden(route, hidden.clone()), || {
            let place = Places::new(policy).of(route, Setting::ExposeHeaders);
            let mut finding = worth_knowing::header_not_exposed(&hidden);
            finding.help = messages::expose(&hidden, &place);
            finding.policy = Some(place);
            let what = format!("the response to {} {}", shown(request.method), shown_path(path));
            format!("corsac: {what} has headers that no script can read\n{}", Indented(&[finding]))
        })
    }

    fn print(&self, printed: Printed, block: impl FnOnce() -> String) -> Option<String> {
        match self.admit(printed) {
            Admitted::New => Some(block()),
            Admitted::Last => Some(format!(
                "{}corsac: {DEBUG_BLOCKS} messages were printed for this policy, and no more will be printed\n",
                block()
            )),
            Admitted::No => None,
        }
    }

    fn admit(&self, printed: Printed) -> Admitted {
        let mut all = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= DEBUG_BLOCKS || all.contains(&printed) {
            return Admitted::No;
        }
        all.push(printed);
        if all.len() == DEBUG_BLOCKS {
            all.push(Printed::End);
            Admitted::Last
        } else {
            Admitted::New
        }
    }
}

/// Response headers that scripts often need, but cannot read unless they are exposed.
fn is_usually_wanted(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "content-disposition",
        "etag",
        "link",
        "location",
        "mcp-session-id",
        "retry-after",
        "www-authenticate",
        "x-total-count",
    ];
    const BEGINNINGS: [&str; 2] = ["ratelimit", "x-ratelimit-"];
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

fn route(policy: &Policy, request: &Request<'_>) -> RouteChoice {
    match &policy.routes {
        None => RouteChoice::TopLevel,
        Some(routes) => routes.paths.choose(request.path, request.path_decoded),
    }
}

fn without_query(path: &[u8]) -> &[u8] {
    path.split(|byte| *byte == b'?').next().unwrap_or_default()
}

/// A path for people. It is read as UTF-8, because browsers send it in that encoding.
fn shown_path(path: &[u8]) -> String {
    printable(&String::from_utf8_lossy(without_query(path)))
}

/// A request and the decision on it.
#[derive(Clone, Copy)]
struct Asked<'a> {
    policy: &'a Policy,
    request: &'a Request<'a>,
    path: &'a [u8],
    route: RouteChoice,
    template: &'a Template,
}

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = shown(self.request.origin.unwrap_or_default());
        let path = shown_path(self.path);
        let reason = self.template.reason().as_str();
        write!(f, "corsac: {reason}: a page of {origin} ")?;
        match self.request.access_control_request_method.filter(|_| self.is_preflight()) {
            Some(method) => {
                write!(f, "asks whether it may send {} {path}", shown(method))?;
                if let Some(names) = self.request.access_control_request_headers {
                    write!(f, " with {}", shown(names))?;
                }
            }
            None if is_handshake(self.request) => write!(f, "opens a WebSocket at {path}")?,
            None => write!(f, "sends {} {path}", shown(self.request.method))?,
        }
        let route = Places::new(self.policy).at(self.route, String::new()).route;
        if let Some(route) = route {
            write!(f, " (route `{}`)", shown(route.as_bytes()))?;
        }
        writeln!(f)?;
        let (findings, reason) = (self.findings(), self.template.reason());
        if findings.is_empty() && reason.is_refusal() {
            // No browser sends such a request.
            writeln!(f, "  {}\n  help: {}", reason.meaning(), reason.help())?;
        }
        write!(f, "{}", Indented(&findings))
    }
}

impl Asked<'_> {
    fn is_preflight(self) -> bool {
        self.template.action() == Action::Respond && !self.template.reason().is_protection_refusal()
    }

    /// The findings to print: why something was refused, and what was only reported.
    fn findings(self) -> Vec<Finding> {
        let reason = self.template.reason();
        let reported = self.template.reported().map(messages::protection_reported);
        if reason.is_protection_refusal() {
            return vec![messages::protection_refused(reason)];
        }
        let mut found: Vec<Finding> = if reason.is_refusal() {
            let explanation = self.policy.explain(&self.exchange());
            let is_sent = explanation.verdict != Verdict::Invalid;
            let is_cause = |finding: &Finding| is_sent && finding.severity() == FindingSeverity::Error;
            explanation.findings.into_iter().filter(is_cause).collect()
        } else {
            Vec::new()
        };
        found.extend(reported);
        found
    }

    /// An exchange in which a browser would send this request.
    fn exchange(self) -> Exchange {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let host = self.request.host.map_or_else(|| "this-server.invalid".to_owned(), text);
        let url = format!("https://{host}{}", text(without_query(self.path)));
        let mut exchange = Exchange::new(&text(self.request.origin.unwrap_or_default()), &url);
        let asked = self.request.access_control_request_method.filter(|_| self.is_preflight());
        exchange.request.method = text(asked.unwrap_or(self.request.method));
        if self.is_preflight() {
            let names = self.request.access_control_request_headers.unwrap_or_default();
            for name in names.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()) {
                let is_type = name.eq_ignore_ascii_case(b"content-type");
                // This is the type that most often needs a preflight. The values of other headers do not matter.
                let value: &[u8] = if is_type { b"application/json" } else { b"1" };
                exchange.request.headers.push((name.to_vec(), value.to_vec()));
            }
        }
        exchange.predicate = Some(match self.template.reason() {
            Reason::PredicateFailed => PredicateAnswer::Failed,
            Reason::OriginNotAllowed => PredicateAnswer::Deny,
            _ => PredicateAnswer::Allow,
        });
        exchange
    }
}

/// Findings with indented lines.
struct Indented<'f>(&'f [Finding]);

impl fmt::Display for Indented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.0.iter().try_for_each(|finding| write_finding(finding, COLUMNS, &mut text))?;
        text.lines().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
