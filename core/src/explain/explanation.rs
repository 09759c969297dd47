//! An explanation: how a browser handles an exchange, step by step.

use crate::browser::exchange::Exchange;
use crate::browser::outcome::{Preflight, Step};
use crate::browser::words::Verdict;
use crate::browser::write_exchange::VERSION;
use crate::issues::finding_code::{FindingCode, FindingSeverity};
use crate::json_writer::JsonWriter;

/// The beginning of the message of a finding whose code is about something other than CORS.
pub(crate) const NOT_CORS: &str = "this is not CORS";

/// How a browser handles an exchange. [`Explanation::to_json`] writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// How the request ends under the Fetch standard.
    pub verdict: Verdict,
    /// Whether the request, or one that it is redirected to, goes to another origin.
    pub cross_origin: bool,
    /// Each request on the wire and its preflight according to the standard, including those after redirects.
    pub preflights: Vec<Preflight>,
    /// Each check that a browser makes, in the order of the browser.
    pub steps: Vec<Step>,
    /// The response headers that the script can read: lower case, sorted.
    pub readable_headers: Vec<String>,
    /// The response headers that arrived but that the script cannot read: lower case, sorted.
    pub hidden_headers: Vec<String>,
    /// The request headers that this script tried to set but cannot: lower case, sorted.
    pub dropped_headers: Vec<String>,
    /// Everything that is wrong, ranked by what has to be fixed first.
    pub findings: Vec<Finding>,
    /// The behaviour of each engine.
    pub engines: Vec<EngineExplanation>,
    /// The exchange that is explained.
    pub exchange: Exchange,
}

/// How one engine handles an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineExplanation {
    /// The name of the engine: `chromium`, `firefox` or `webkit`.
    pub name: &'static str,
    /// The version that was observed.
    pub version: &'static str,
    /// How the request ends.
    pub verdict: Verdict,
    /// Each request on the wire and its preflight.
    pub preflights: Vec<Preflight>,
    /// The response headers that the script can read.
    pub readable_headers: Vec<String>,
    /// The request headers that the engine does not let scripts set.
    pub dropped_headers: Vec<String>,
    /// The lines that the engine prints in its console, except for the line that says that a resource failed to
    /// load.
    pub console: Vec<String>,
}

/// One thing that is wrong with an exchange, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The finding.
    pub code: FindingCode,
    /// The cause, as a sentence.
    pub message: String,
    /// How to fix the cause.
    pub help: String,
    /// The value that nearly matched the page's origin.
    pub near: Option<NearMiss>,
    /// The setting of the policy that decides.
    pub policy: Option<PolicyPlace>,
    /// The value to write in that setting. It is not part of the JSON, whose help says it in a sentence.
    pub change: Option<PolicyChange>,
}

/// The value to write in the setting that a [`PolicyPlace`] names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    /// Entries to add to its list.
    Add(Vec<String>),
    /// Its value, as TOML and JSON write it.
    Set(&'static str),
}

/// A value of the policy, or of a response header, that the page's origin nearly matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// What differs: `port`, `scheme`, `case`.
    pub what: &'static str,
    /// The value.
    pub configured: String,
    /// The setting that has it, such as `allow_origins[0]`, or the header `access-control-allow-origin`.
    pub field: String,
    /// Its line in the policy's text, from 1.
    pub line: Option<usize>,
}

/// A place in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPlace {
    /// The path of the route that decides, if one does.
    pub route: Option<String>,
    /// The setting: `routes[0].allow_methods`.
    pub field: String,
    /// Its line in the policy's text, from 1.
    pub line: Option<usize>,
}

impl Explanation {
    /// Whether any request on the wire needs a preflight.
    #[must_use]
    pub fn needs_preflight(&self) -> bool {
        self.preflights.iter().any(|preflight| preflight.needed)
    }

    /// The explanation as JSON text in snake_case.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        out.object(|out| {
            out.key("version").raw(VERSION);
            out.key("verdict").string(self.verdict.as_str());
            out.key("cross_origin").raw(self.cross_origin);
            out.key("preflight").object(|out| self.write_preflight(out));
            out.key("steps").list(|out| self.steps.iter().for_each(|step| write_step(step, out)));
            out.key("readable_headers").strings(&self.readable_headers);
            out.key("hidden_headers").strings(&self.hidden_headers);
            out.key("dropped_headers").strings(&self.dropped_headers);
            out.key("findings").list(|out| self.findings.iter().for_each(|finding| finding.write(out)));
            out.key("engines").object(|out| {
                for engine in &self.engines {
                    out.key(engine.name);
                    engine.write(out);
                }
            });
            out.key("exchange");
            self.exchange.write(out);
        });
        out.finish()
    }

    /// The first preflight that is needed, and each hop.
    fn write_preflight(&self, out: &mut JsonWriter) {
        let first = self.preflights.iter().find(|preflight| preflight.needed);
        out.key("needed").raw(first.is_some());
        out.key("because").strings(first.map(|first| first.because.as_slice()).unwrap_or_default());
        out.key("headers").headers(first.map(|first| first.headers.as_slice()).unwrap_or_default());
        out.key("hops").list(|out| self.preflights.iter().for_each(|hop| write_hop(hop, out)));
    }
}

fn write_hop(hop: &Preflight, out: &mut JsonWriter) {
    out.object(|out| {
        out.key("url").string(&hop.url);
        out.key("needed").raw(hop.needed);
        out.key("cached").raw(hop.cached);
        out.key("because").strings(&hop.because);
        out.key("headers").headers(&hop.headers);
    });
}

fn write_step(step: &Step, out: &mut JsonWriter) {
    out.object(|out| {
        out.key("name").string(step.name.as_str());
        out.key("hop").raw(step.hop);
        out.key("passed").raw(step.passed);
        out.key("source").string(step.name.source());
        out.key("saw").string(&step.saw);
    });
}

impl EngineExplanation {
    fn write(&self, out: &mut JsonWriter) {
        out.object(|out| {
            out.key("version").string(self.version);
            out.key("verdict").string(self.verdict.as_str());
            out.key("preflights").list(|out| self.preflights.iter().for_each(|hop| write_hop(hop, out)));
            out.key("readable_headers").strings(&self.readable_headers);
            out.key("dropped_headers").strings(&self.dropped_headers);
            out.key("console").strings(&self.console);
        });
    }
}

impl Finding {
    /// Whether the cause is something other than CORS. The message then says so.
    #[must_use]
    pub fn is_not_cors(&self) -> bool {
        self.code.is_not_cors()
    }

    /// How much the finding matters.
    #[must_use]
    pub fn severity(&self) -> FindingSeverity {
        self.code.severity()
    }

    fn write(&self, out: &mut JsonWriter) {
        out.object(|out| {
            out.key("code").string(self.code.as_str());
            out.key("severity").string(self.severity().as_str());
            out.key("message").string(&self.message);
            out.key("help").string(&self.help);
            if let Some(near) = &self.near {
                out.key("near").object(|out| {
                    out.key("what").string(near.what);
                    out.key("configured").string(&near.configured);
                    out.key("field").string(&near.field);
                    write_line(near.line, out);
                });
            }
            if let Some(place) = &self.policy {
                out.key("policy").object(|out| {
                    if let Some(route) = &place.route {
                        out.key("route").string(route);
                    }
                    out.key("field").string(&place.field);
                    write_line(place.line, out);
                });
            }
        });
    }
}

fn write_line(line: Option<usize>, out: &mut JsonWriter) {
    if let Some(line) = line {
        out.key("line").raw(line);
    }
}
