//! The changes between the rules that two policies have for the same paths.

use crate::compare::changes::{Change, Effect, Subject};
use crate::compare::names::{exposed_beyond, headers_beyond, methods_beyond};
use crate::compare::origins::{OriginList, Uncovered, uncovered};
use crate::config::dangers::Danger;
use crate::config::settings::PredicateOf;
use crate::decide::policy::{Policy, Rules};
use crate::decide::protection::{Mode, Protection};
use crate::issues::code::Reason;
use crate::origins::set::OriginSet;
use crate::paths::RouteChoice;
use crate::response::header_name::HeaderName;
use crate::response::outcome::Outcome;
use crate::response::template::{Action, Op, Template, TemplateValue};

/// The rules of one policy for some paths.
pub(crate) struct Side<'p> {
    policy: &'p Policy,
    rules: &'p Rules,
    /// The regexes as they were written. `insecure_regexes` are those that the policy names as exempt
    /// from the check `insecure-origins`.
    regexes: Vec<&'p str>,
    insecure_regexes: Vec<&'p str>,
    /// Servers could read the path differently, so no origin is allowed, whatever the rules say.
    ambiguous: bool,
}

impl<'p> Side<'p> {
    pub(crate) fn new(policy: &'p Policy, choice: RouteChoice) -> Self {
        let routes = policy.routes.as_ref();
        let (rules, route) = match choice {
            RouteChoice::TopLevel => (None, None),
            RouteChoice::Route(index) => (routes.and_then(|routes| routes.rules.get(index as usize)), Some(index)),
            RouteChoice::Ambiguous => (routes.map(|routes| &routes.ambiguous), None),
        };
        let settings = policy.retained.as_ref().map(|retained| retained.settings(route));
        let is_insecure = |text: &str| {
            let lifted = settings.map(|settings| &settings.dangerously_allow);
            lifted.is_some_and(|lifted| lifted.named_for(text).any(|lift| lift.danger == Danger::InsecureOrigins))
        };
        let entries = settings.map(|settings| settings.allow_origin_regex.entries.as_slice()).unwrap_or_default();
        let regexes: Vec<_> = entries.iter().map(|entry| entry.text.as_str()).collect();
        Side {
            policy,
            rules: rules.unwrap_or(&policy.rules),
            insecure_regexes: regexes.iter().copied().filter(|text| is_insecure(text)).collect(),
            regexes,
            ambiguous: choice == RouteChoice::Ambiguous,
        }
    }

    pub(crate) fn rules(&self) -> &Rules {
        self.rules
    }

    /// The lists of origins. An origin is allowed if one of them allows it.
    pub(crate) fn origins(&self) -> Vec<OriginList<'_>> {
        if self.ambiguous {
            return Vec::new();
        }
        let predicate = self.rules.predicate;
        let list = OriginList {
            set: &self.rules.origins,
            secure_only: self.rules.secure_only,
            asks: predicate.is_some_and(PredicateOf::is_of_host),
            takes_all: predicate == Some(PredicateOf::AllOrigins),
            regexes: &self.regexes,
        };
        let named = self.rules.insecure_origins.as_ref().filter(|_| self.rules.secure_only);
        let named = named.map(|set| OriginList { regexes: &self.insecure_regexes, ..alone(set) });
        std::iter::once(list).chain(named).collect()
    }

    fn template(&self, outcome: Outcome) -> &Template {
        self.policy.templates.of(self.rules.outcomes, outcome, None)
    }

    /// The response to a preflight that is allowed.
    fn preflight(&self) -> &Template {
        self.template(Outcome::PreflightAnswered {
            reason: Reason::PreflightAllowed,
            private_network: false,
            echo_method: false,
            echo_headers: false,
        })
    }

    /// The headers that a response gets if the page may read it.
    fn readable(&self) -> &Template {
        let reason = if self.rules.origins.is_any() { Reason::AnyOrigin } else { Reason::OriginAllowed };
        self.template(Outcome::Actual { reason, options: false })
    }

    fn keeps_app_headers(&self) -> bool {
        self.readable().headers().iter().any(|header| header.op == Op::Default)
    }

    fn protection(&self) -> Option<&Protection> {
        self.rules.protection.as_deref()
    }

    fn trusted(&self) -> Option<OriginList<'_>> {
        self.protection().map(|protection| alone(&protection.trusted))
    }

    /// The origins that protection lets through: the trusted ones, and those that may read with
    /// credentials.
    fn all_trusted(&self) -> Vec<OriginList<'_>> {
        let readers = if self.rules.credentials { self.origins() } else { Vec::new() };
        self.trusted().into_iter().chain(readers).collect()
    }
}

/// A list of origins to which no other rule applies.
fn alone(set: &OriginSet) -> OriginList<'_> {
    OriginList { set, secure_only: false, asks: false, takes_all: false, regexes: &[] }
}

/// The value of a header, if it is the same for every request; otherwise an empty text.
fn value(template: &Template, name: HeaderName) -> &str {
    let header = template.headers().iter().find(|header| header.name == name);
    header
        .and_then(|header| match &header.value {
            TemplateValue::Text(text) => text.to_str().ok(),
            TemplateValue::Static(text) => text.to_str().ok(),
            _ => None,
        })
        .unwrap_or_default()
}

/// The rights that pages gain and lose if the new rules replace the old ones.
pub(crate) fn compare_rules(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    let directions = [(Effect::Gain, new, old), (Effect::Loss, old, new)];
    for (effect, one, other) in directions {
        let others = other.origins();
        for (index, list) in one.origins().into_iter().enumerate() {
            for uncovered in uncovered(list, &others) {
                let change = of_origins(effect, Subject::Origin, uncovered);
                // The second list can repeat an entry of the first list.
                if index == 0 || !found.iter().any(|other: &Change| other.effect == effect && other.what == change.what)
                {
                    found.push(change);
                }
            }
        }
    }
    for (effect, one, other) in directions {
        let mut add = |subject: Subject, names: Vec<String>| {
            found.extend(names.into_iter().map(|name| change(effect, subject, name)));
        };
        let switch = |on: bool, what: &str| if on { vec![what.to_owned()] } else { Vec::new() };
        let (ones, others) = (one.rules, other.rules);
        add(Subject::Credentials, switch(ones.credentials && !others.credentials, "cookies and HTTP authentication"));
        add(Subject::Method, methods_beyond(&ones.methods, &others.methods));
        add(Subject::RequestHeader, headers_beyond(&ones.headers, &others.headers));
        let exposed = |side: &Side<'_>| value(side.readable(), HeaderName::ExposeHeaders).to_owned();
        add(Subject::ExposedHeader, exposed_beyond(&exposed(one), &exposed(other)));
        let private = ones.private_network && !others.private_network;
        add(Subject::PrivateNetwork, switch(private, "requests to private networks"));
        let app_headers = one.keeps_app_headers() && !other.keeps_app_headers();
        add(Subject::AppHeaders, switch(app_headers, "the application's own CORS headers stay"));
    }
    for (effect, one, other) in directions {
        compare_protection(effect, one, other, &mut found);
    }
    found.extend(neutral(old, new));
    found
}

/// The requests of foreign pages that only one of the sides allows.
fn compare_protection(effect: Effect, one: &Side<'_>, other: &Side<'_>, found: &mut Vec<Change>) {
    let refuses =
        |side: &Side<'_>, mode: fn(&Protection) -> Mode| side.protection().map_or(Mode::Off, mode) == Mode::Refuse;
    let writes: fn(&Protection) -> Mode = |protection| protection.writes;
    let websockets: fn(&Protection) -> Mode = |protection| protection.websockets;
    for (subject, mode, what) in [
        (Subject::Writes, writes, "writes are not refused"),
        (Subject::Websockets, websockets, "handshakes are not refused"),
    ] {
        if refuses(other, mode) && !refuses(one, mode) {
            found.push(change(effect, subject, what.to_owned()));
        }
    }
    // If one side refuses nothing, its trusted origins have no effect.
    let both_refuse = [one, other].iter().all(|side| refuses(side, writes) || refuses(side, websockets));
    if let Some(list) = one.trusted().filter(|_| both_refuse) {
        let uncovered = uncovered(list, &other.all_trusted());
        found.extend(uncovered.into_iter().map(|uncovered| of_origins(effect, Subject::TrustedOrigin, uncovered)));
    }
}

/// The changes by which pages neither gain nor lose.
fn neutral(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    let max_age = |side: &Side<'_>| match value(side.preflight(), HeaderName::MaxAge) {
        "" => "not sent".to_owned(),
        seconds => format!("{seconds} s"),
    };
    let status = |side: &Side<'_>| side.preflight().status().map_or_else(String::new, |status| status.to_string());
    let passed_on = |side: &Side<'_>| match side.preflight().action() {
        Action::Continue => "the application answers them".to_owned(),
        Action::Respond => "corsac answers them".to_owned(),
    };
    let mut found = Vec::new();
    let mut compare = |subject: Subject, old: String, new: String| {
        if old != new && !old.is_empty() && !new.is_empty() {
            found.push(change(Effect::Neutral, subject, format!("{old} → {new}")));
        }
    };
    compare(Subject::MaxAge, max_age(old), max_age(new));
    compare(Subject::PreflightStatus, status(old), status(new));
    compare(Subject::PreflightContinue, passed_on(old), passed_on(new));
    found
}

fn change(effect: Effect, subject: Subject, what: String) -> Change {
    Change { effect, subject, what, example: None, certain: true }
}

fn of_origins(effect: Effect, subject: Subject, Uncovered { entry, example, certain }: Uncovered) -> Change {
    Change { effect, subject, what: entry, example, certain }
}
