//! Findings for a policy: they name the setting that decides, its route and its line, and what to write
//! there.

use crate::browser::exchange::{Answer, Exchange};
use crate::browser::header_lines;
use crate::browser::outcome::StepName;
use crate::config::settings_table::Setting;
use crate::decide::headers::RequestedHeaders;
use crate::explain::by_message::MessageId;
use crate::explain::evidence::Evidence;
use crate::explain::explanation::{Finding, PolicyChange, PolicyPlace};
use crate::explain::failing::{Explained, elements};
use crate::explain::messages::{other_layers, policy as messages};
use crate::explain::near::Difference;
use crate::explain::places::Places;
use crate::explain::policy_server::{Decided, PolicyServer};
use crate::issues::code::Reason;
use crate::issues::finding_code::FindingCode;
use crate::origins::origin::Origin;
use crate::origins::set::Verdict;
use crate::paths::RouteChoice;

/// The decisions of a policy on an exchange.
#[derive(Clone, Copy)]
pub(crate) struct PolicyView<'v> {
    pub(crate) exchange: &'v Exchange,
    pub(crate) evidence: &'v Evidence,
    pub(crate) server: &'v PolicyServer<'v>,
    pub(crate) places: &'v Places<'v>,
}

impl<'v> PolicyView<'v> {
    /// The findings of a browser, changed to name the settings of the policy.
    pub(crate) fn explain(self, found: Vec<Explained>) -> Vec<Explained> {
        let mut out: Vec<Explained> = found.into_iter().filter_map(|explained| self.with_policy(explained)).collect();
        self.add_protection(&mut out);
        if self.server.predicate_unknown {
            out.push(Explained::new(messages::predicate_unknown(&self.exchange.page)));
            out.retain(|explained| {
                !matches!(explained.finding.code, FindingCode::PreflightUnknown | FindingCode::ResponseUnknown)
            });
        }
        out.extend(self.captured_preflight().map(Explained::new));
        for (_, decided) in self.server.decisions.iter() {
            if !decided.replaced.is_empty() {
                out.push(Explained::new(other_layers::app_header_replaced(&decided.replaced)));
            }
            if !decided.kept.is_empty() {
                let mut finding = other_layers::app_header_kept(&decided.kept);
                finding.policy = Some(self.places.of(decided.route, Setting::KeepAppHeaders));
                out.push(Explained::new(finding));
            }
        }
        out
    }

    fn decided(self, message: MessageId) -> Option<&'v Decided> {
        self.server.decisions.get(message)
    }

    /// None if another finding already names the cause.
    fn with_policy(self, mut explained: Explained) -> Option<Explained> {
        let hop = explained.hop;
        let is_preflight = explained.step.is_some_and(|step| step.as_str().starts_with("preflight-"));
        let Some(decided) = self.decided((hop, is_preflight)) else { return Some(explained) };
        let route = decided.route;
        let finding = &mut explained.finding;
        match explained.step {
            Some(StepName::PreflightAllowOrigin | StepName::AllowOrigin) => {
                if decided.reason.is_protection_refusal() {
                    return None;
                }
                if let Some(cause) = self.origin(decided, (hop, is_preflight)) {
                    *finding = cause;
                } else if finding.code == FindingCode::AllowOriginAnyWithCredentials {
                    let place = self.places.of(route, Setting::AllowCredentials);
                    finding.help = self.allow_credentials(&place, true);
                    finding.policy = Some(self.places.of(route, Setting::AllowOrigins));
                }
            }
            // The finding about the refusal already explains its status.
            Some(StepName::PreflightStatus) if decided.responded && decided.reason.is_refusal() => return None,
            Some(StepName::SocketStatus) if decided.responded => return None,
            // A refusal does not have the headers that the checks below need. The policy's settings show what
            // the policy would have sent.
            Some(StepName::PreflightAllowCredentials | StepName::AllowCredentials) => {
                if self.places.rules(route).credentials && !is_kept(decided) {
                    return None;
                }
                let place = self.places.of(route, Setting::AllowCredentials);
                finding.help = self.allow_credentials(&place, false);
                finding.policy = Some(place);
                finding.change = Some(PolicyChange::Set("true"));
            }
            Some(StepName::PreflightMethod) => {
                let place = self.places.of(route, Setting::AllowMethods);
                let method = explained.names.first().map(String::as_str).unwrap_or_default();
                if is_refused_as_a_whole(decided)
                    && self.places.rules(route).methods.check(method.as_bytes()).is_allowed
                {
                    return None;
                }
                if finding.code == FindingCode::MethodNotAllowed {
                    *finding = messages::method_not_allowed(method, &self.allowed_methods(route), &place);
                    finding.change = Some(PolicyChange::Add(vec![method.to_owned()]));
                }
                finding.policy = Some(place);
            }
            Some(StepName::PreflightHeader) => {
                let place = self.places.of(route, Setting::AllowHeaders);
                if is_refused_as_a_whole(decided) {
                    let headers = &self.places.rules(route).headers;
                    explained.names.retain(|name| headers.check(name.as_bytes()) != RequestedHeaders::Allowed);
                    if explained.names.is_empty() {
                        return None;
                    }
                }
                if finding.code == FindingCode::HeaderNotAllowed {
                    *finding = messages::header_not_allowed(&explained.names, &place);
                } else {
                    finding.help = messages::add_headers(&explained.names, &place);
                }
                finding.policy = Some(place);
                finding.change = Some(PolicyChange::Add(explained.names.clone()));
            }
            _ if finding.code == FindingCode::HeaderNotExposed && !decided.reason.is_readable() => return None,
            _ => self.of_response(explained.names.as_slice(), finding, route),
        }
        Some(explained)
    }

    /// Adds the policy's settings to findings that are not about a failed check.
    fn of_response(self, names: &[String], finding: &mut Finding, route: RouteChoice) {
        match finding.code {
            FindingCode::HeaderNotExposed => {
                let place = self.places.of(route, Setting::ExposeHeaders);
                finding.help = messages::expose(names, &place);
                finding.policy = Some(place);
                finding.change = Some(PolicyChange::Add(names.to_vec()));
            }
            FindingCode::PreflightNotCached => {
                let place = self.places.of(route, Setting::MaxAge);
                finding.help = messages::set_max_age(&place, Places::name(&place.field), self.places.notation());
                finding.policy = Some(place);
                finding.change = Some(PolicyChange::Set(messages::SUGGESTED_MAX_AGE));
            }
            _ => {}
        }
    }

    /// The methods that the policy lists.
    fn allowed_methods(self, route: RouteChoice) -> Vec<String> {
        let list = self.places.list(route, Setting::AllowMethods);
        list.map(|list| list.entries.iter().map(|entry| entry.text.clone()).collect()).unwrap_or_default()
    }

    fn allow_credentials(self, place: &PolicyPlace, any_origin: bool) -> String {
        messages::allow_credentials(place, Places::name(&place.field), self.places.notation(), any_origin)
    }

    /// Why the policy allows no origin.
    fn origin(self, decided: &Decided, message: MessageId) -> Option<Finding> {
        let origin = self.evidence.origins.get(message).map_or(self.exchange.page.as_str(), String::as_str);
        let route = decided.route;
        Some(match decided.reason {
            Reason::OriginNotAllowed => self.origin_not_allowed(origin, route),
            Reason::OriginMalformed => {
                let mut finding = messages::origin_not_allowed(origin, None, None);
                finding.help = messages::malformed_origin(origin);
                finding
            }
            Reason::PredicateFailed => messages::predicate_failed(),
            Reason::PathAmbiguous => {
                let url = self.evidence.repaired.preflights.get(message.0).map(|preflight| preflight.url.as_str());
                let mut finding = messages::route_ambiguous(path(url.unwrap_or_default()));
                finding.policy = Some(self.places.at(route, "routes".to_owned()));
                finding
            }
            _ => return None,
        })
    }

    fn origin_not_allowed(self, origin: &str, route: RouteChoice) -> Finding {
        let place = self.places.of(route, Setting::AllowOrigins);
        let rules = self.places.rules(route);
        let near = self.places.near(route, origin);
        let difference = near.as_ref().map(|(difference, _)| *difference);
        let configured = near.as_ref().map(|(difference, near)| (*difference, near.configured.as_str()));
        // People do not see another subdomain as a near miss. So it is in `near`, but not in the message.
        let shown = configured.filter(|(difference, _)| *difference != Difference::Sibling);
        let mut finding = messages::origin_not_allowed(origin, place.route.as_deref(), shown);
        let parsed = Origin::parse(origin.as_bytes());
        let is_matched = rules.origins.check(origin.as_bytes(), false) == Verdict::Allowed;
        finding.help = if rules.secure_only && parsed.is_some_and(|origin| !origin.is_secure()) && is_matched {
            messages::http_with_credentials(origin, self.places.notation())
        } else if self.exchange.predicate.is_some() && rules.predicate.is_some() && origin != "null" {
            messages::denied_by_predicate(origin)
        } else {
            // Allowing `null` would allow any site, through a sandboxed frame.
            finding.change = (origin != "null").then(|| PolicyChange::Add(vec![origin.to_owned()]));
            messages::add_origin(origin, &place, difference)
        };
        finding.near = near.map(|(_, near)| near);
        finding.policy = Some(place);
        finding
    }

    fn add_protection(self, out: &mut Vec<Explained>) {
        let place = |decided: &Decided| Some(self.places.of(decided.route, Setting::Protection));
        for ((hop, _), decided) in self.server.decisions.iter() {
            if decided.reason.is_protection_refusal() {
                let mut finding = messages::protection_refused(decided.reason);
                finding.policy = place(decided);
                // This response is the policy's refusal, so findings about an error of the application do
                // not apply.
                out.retain(|other| {
                    other.hop != *hop
                        || !matches!(
                            other.finding.code,
                            FindingCode::HttpError
                                | FindingCode::ErrorWithoutHeaders
                                | FindingCode::CredentialsNotIncluded
                        )
                });
                out.push(Explained { hop: *hop, ..Explained::new(finding) });
            }
            if let Some(reason) = decided.reported {
                let mut finding = messages::protection_reported(reason);
                finding.policy = place(decided);
                out.push(Explained { hop: *hop, ..Explained::new(finding) });
            }
        }
    }

    /// The differences between the captured response to a preflight and that of the policy.
    fn captured_preflight(self) -> Option<Finding> {
        let message = (0, true);
        self.decided(message).filter(|decided| decided.responded)?;
        let Answer::Response { status, headers } = &self.exchange.hops.first()?.preflight else { return None };
        let (own_status, own) = (self.evidence.status(message)?, self.evidence.lines(message));
        let mut differences = Vec::new();
        if *status != own_status {
            differences.push(format!("its status is {status} and not {own_status}"));
        }
        const COMPARED: [&str; 4] = [
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-allow-methods",
            "access-control-allow-headers",
        ];
        for name in COMPARED {
            match (values(headers, name), values(own, name)) {
                (captured, own) if captured == own => {}
                (captured, _) if captured.is_empty() => differences.push(format!("`{name}` is missing")),
                (_, own) if own.is_empty() => differences.push(format!("`{name}` was added")),
                _ => differences.push(format!("`{name}` has another value")),
            }
        }
        let server = header_lines::values(headers, "server").next().map(String::from_utf8_lossy);
        (!differences.is_empty()).then(|| other_layers::preflight_not_from_policy(&differences, server.as_deref()))
    }
}

/// Whether the preflight was refused before its method and headers were checked.
fn is_refused_as_a_whole(decided: &Decided) -> bool {
    decided.reason.is_protection_refusal()
        || matches!(
            decided.reason,
            Reason::OriginNotAllowed | Reason::OriginMalformed | Reason::PredicateFailed | Reason::PathAmbiguous
        )
}

/// Whether the application's own headers were sent instead of the policy's.
fn is_kept(decided: &Decided) -> bool {
    !decided.kept.is_empty()
}

/// The values of a header in the form in which browsers compare them: the elements of lists, header names
/// in lower case.
fn values(lines: &[(Vec<u8>, Vec<u8>)], name: &str) -> Vec<String> {
    let mut values: Vec<String> = header_lines::values(lines, name).flat_map(|value| elements(Some(value))).collect();
    if name.ends_with("headers") {
        values.iter_mut().for_each(|value| value.make_ascii_lowercase());
    }
    values.sort_unstable();
    values
}

/// The path of a URL, without its query.
fn path(url: &str) -> &str {
    let start = url.find("://").map_or(0, |colon| colon + 3);
    let path = url.get(start..).and_then(|rest| rest.find('/').and_then(|slash| rest.get(slash..)));
    path.unwrap_or("/").split(['?', '#']).next().unwrap_or_default()
}
