//! Settings → checked settings: every list is read once, and everything that is wrong is reported.

use crate::compile::checked::Checked;
use crate::compile::contradiction::{contradiction, untrusted_origin};
use crate::compile::lists::NameList;
use crate::compile::named_dangers::{NeededDangers, insecure_by_name};
use crate::compile::origins::{report_origins, report_regexes, report_trusted};
use crate::compile::routes::compile_routes;
use crate::config::lifted::Lifted;
use crate::config::list::List;
use crate::config::settings::{Document, ProtectionSettings, Settings};
use crate::config::stakes::ListStakes;
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::decide::protection::{Mode, Protection};
use crate::issues::code::Severity;
use crate::issues::issue::Issues;
use crate::issues::messages::policy;
use crate::issues::messages::protection::Untrusted;
use crate::origins::list::{Found, OriginConcern, OriginList, RegexConcern, TrustedList};
use crate::origins::set::OriginSet;
use crate::paths::tree::Routes;
use std::sync::Arc;

/// A document whose problems have all been reported.
#[derive(Debug)]
pub(crate) struct CheckedDocument<'d> {
    pub(crate) top: CheckedSettings<'d>,
    pub(crate) routes: Vec<CheckedSettings<'d>>,
    pub(crate) paths: Routes,
}

/// The settings of the top level or of a route, and the compiled lists. Lists that routes inherit are shared.
#[derive(Debug)]
pub(crate) struct CheckedSettings<'d> {
    pub(crate) settings: &'d Settings,
    pub(crate) origins: Arc<OriginSet>,
    /// The origins with plain http that are allowed by name, although the policy has credentials.
    pub(crate) insecure_origins: Option<Arc<OriginSet>>,
    pub(crate) methods: AllowedMethods,
    pub(crate) methods_value: Arc<str>,
    pub(crate) headers: AllowedHeaders,
    /// None if the requested headers are sent back.
    pub(crate) headers_value: Option<Arc<str>>,
    pub(crate) exposed_value: Option<Arc<str>>,
    /// The protection, if any of it is on.
    pub(crate) protection: Option<Arc<Protection>>,
}

/// Checks a document: the top level, then each route, then the paths of the routes.
pub(crate) fn check<'d>(document: &'d Document, issues: &mut Issues) -> CheckedDocument<'d> {
    let mut checker = Checker::new(&document.settings, issues);
    let top = checker.check(&document.settings, None);
    let routes = document.routes.iter().map(|route| checker.check(&route.settings, Some(&route.field))).collect();
    let needed = checker.needed_dangers;
    needed.report(document, issues);
    report_expose_only_in_routes(document, &top, issues);
    let paths = compile_routes(&document.routes, issues);
    CheckedDocument { top, routes, paths }
}

/// Specification 2.2: the author of a route's list may have forgotten that other responses expose no headers. An empty
/// list at the top level shows that this is intended.
fn report_expose_only_in_routes(document: &Document, top: &CheckedSettings<'_>, issues: &mut Issues) {
    let is_written = !document.settings.expose_headers.field.is_empty();
    if is_written || top.origins.is_nobody() {
        return;
    }
    let lists = document.routes.iter().map(|route| &route.settings.expose_headers);
    if let Some(list) = lists.into_iter().find(|list| !list.entries.is_empty()) {
        let names: Vec<_> = list.entries.iter().map(|entry| entry.text.as_str()).collect();
        issues.lint(&list.field, names.join(", "), policy::expose_only_in_routes(issues.notation()));
    }
}

struct Checker<'d, 'i> {
    top: &'d Settings,
    /// The lists of the top level. Routes without lists of their own inherit them.
    inherited: Lists,
    inherited_contradictions: InheritedContradictions,
    needed_dangers: NeededDangers,
    /// The latest set of origins with plain http that are allowed by name, and the settings on which it depends.
    insecure: Option<(InsecureKey, Option<Arc<OriginSet>>)>,
    issues: &'i mut Issues,
}

/// The settings on which the origins with plain http that are allowed by name depend. The document keeps them alive.
type InsecureKey = (*const List, *const List, *const Lifted, bool);

struct Lists {
    origins: Checked<Origins>,
    methods: Checked<NameList>,
    headers: Checked<NameList>,
    exposed: Checked<NameList>,
    protection: Option<Checked<TrustedOrigins>>,
}

struct Origins {
    set: Arc<OriginSet>,
    found: Found<OriginConcern>,
    found_in_regexes: Found<RegexConcern>,
}

struct TrustedOrigins {
    protection: Arc<Protection>,
    found: Found<OriginConcern>,
}

/// The contradictions with a value that routes inherit. Each is reported once.
#[derive(Default)]
struct InheritedContradictions {
    private_network_reported: bool,
    protection_reported: bool,
    /// The origins and the protection of the top level agree.
    protection_agrees: bool,
}

impl Origins {
    fn read(settings: &Settings) -> Self {
        let (list, regexes) = (&settings.allow_origins, &settings.allow_origin_regex);
        let OriginList { set, found, found_in_regexes } = OriginList::read(list, regexes, settings.predicate.is_some());
        Origins { set: Arc::new(set), found, found_in_regexes }
    }
}

impl TrustedOrigins {
    fn read(written: &ProtectionSettings) -> Self {
        let TrustedList { set: trusted, found } = TrustedList::read(&written.trusted_origins);
        let mode = |on| Mode::new(on, written.report_only);
        let (writes, websockets) = (mode(written.writes), mode(written.websockets));
        TrustedOrigins { protection: Arc::new(Protection { writes, websockets, trusted }), found }
    }
}

impl<'d, 'i> Checker<'d, 'i> {
    fn new(top: &'d Settings, issues: &'i mut Issues) -> Self {
        let inherited = Lists {
            origins: Checked::new(Origins::read(top)),
            methods: Checked::new(NameList::of_methods(&top.allow_methods)),
            headers: Checked::new(NameList::of_request_headers(&top.allow_headers)),
            exposed: Checked::new(NameList::of_exposed_headers(&top.expose_headers)),
            protection: top.protection.as_deref().map(|written| Checked::new(TrustedOrigins::read(written))),
        };
        Checker {
            top,
            inherited,
            inherited_contradictions: InheritedContradictions::default(),
            needed_dangers: NeededDangers::default(),
            insecure: None,
            issues,
        }
    }

    /// Checks the settings of the top level, or of the route with this field.
    fn check(&mut self, settings: &'d Settings, route: Option<&str>) -> CheckedSettings<'d> {
        let credentials = settings.allow_credentials;
        let origins = self.origins(settings);
        let insecure_origins = self.insecure_origins(settings);
        let (writes, (methods, methods_value)) = self.methods(settings);
        let (headers, headers_value) = self.headers(settings);
        self.check_private_network(settings, &origins);
        let protection = self.protection(settings);
        if let (Some(protection), true) = (&protection, writes && !credentials) {
            self.check_contradiction(settings, route, protection);
        }
        let exposed_value = self.exposed(settings);
        CheckedSettings {
            settings,
            origins,
            insecure_origins,
            methods,
            methods_value,
            headers,
            headers_value,
            exposed_value,
            protection,
        }
    }

    fn inherits_origins(&self, settings: &Settings) -> bool {
        Arc::ptr_eq(&settings.allow_origins, &self.top.allow_origins)
            && Arc::ptr_eq(&settings.allow_origin_regex, &self.top.allow_origin_regex)
            && settings.predicate == self.top.predicate
    }

    fn inherits_protection(&self, settings: &Settings) -> bool {
        match (&settings.protection, &self.top.protection) {
            (Some(own), Some(top)) => Arc::ptr_eq(own, top),
            _ => false,
        }
    }

    fn origins(&mut self, settings: &Settings) -> Arc<OriginSet> {
        let (list, regexes) = (&settings.allow_origins, &settings.allow_origin_regex);
        let mut own = (!self.inherits_origins(settings)).then(|| Checked::new(Origins::read(settings)));
        let origins = own.as_mut().unwrap_or(&mut self.inherited.origins);
        if let Some((read, check)) = origins.check(stakes(settings)) {
            let is_error = |severity| severity == Some(Severity::Error);
            self.needed_dangers
                .note(&read.found, list, check.stakes, |concern, stakes| is_error(concern.severity(stakes)));
            self.needed_dangers.note(&read.found_in_regexes, regexes, check.stakes, RegexConcern::refuses);
            let is_alone = list.entries.len() == 1 && regexes.entries.is_empty() && settings.predicate.is_none();
            report_origins(&read.found, list, is_alone, check, self.issues);
            // A list that is not written has no name.
            report_regexes(&read.found_in_regexes, regexes, list.field.is_empty(), check, self.issues);
        }
        Arc::clone(&origins.list.set)
    }

    /// The origins with plain http that are allowed by name. Routes share them if they inherit every setting on which they depend.
    fn insecure_origins(&mut self, settings: &'d Settings) -> Option<Arc<OriginSet>> {
        let key = (
            Arc::as_ptr(&settings.allow_origins),
            Arc::as_ptr(&settings.allow_origin_regex),
            Arc::as_ptr(&settings.dangerously_allow),
            settings.allow_credentials,
        );
        if let Some((_, known)) = self.insecure.as_ref().filter(|(known, _)| *known == key) {
            return known.clone();
        }
        let read = insecure_by_name(settings).map(Arc::new);
        self.insecure = Some((key, read.clone()));
        read
    }

    /// Whether one of the methods writes, the methods that are allowed, and their list as it is sent.
    fn methods(&mut self, settings: &Settings) -> (bool, (AllowedMethods, Arc<str>)) {
        let list = &settings.allow_methods;
        let is_own = !Arc::ptr_eq(list, &self.top.allow_methods);
        let mut own = is_own.then(|| Checked::new(NameList::of_methods(list)));
        let methods = own.as_mut().unwrap_or(&mut self.inherited.methods);
        if let Some((read, check)) = methods.check(of_names(settings)) {
            read.report(list, check, self.issues);
        }
        (methods.list.has_writes(), methods.list.allowed_methods(settings.allow_credentials))
    }

    fn headers(&mut self, settings: &Settings) -> (AllowedHeaders, Option<Arc<str>>) {
        let list = &settings.allow_headers;
        let is_own = !Arc::ptr_eq(list, &self.top.allow_headers);
        let mut own = is_own.then(|| Checked::new(NameList::of_request_headers(list)));
        let headers = own.as_mut().unwrap_or(&mut self.inherited.headers);
        if let Some((read, check)) = headers.check(of_names(settings)) {
            read.report(list, check, self.issues);
        }
        headers.list.allowed_headers(settings.allow_credentials)
    }

    fn exposed(&mut self, settings: &Settings) -> Option<Arc<str>> {
        let list = &settings.expose_headers;
        let is_own = !Arc::ptr_eq(list, &self.top.expose_headers);
        let mut own = is_own.then(|| Checked::new(NameList::of_exposed_headers(list)));
        let exposed = own.as_mut().unwrap_or(&mut self.inherited.exposed);
        if let Some((read, check)) = exposed.check(of_names(settings)) {
            read.report(list, check, self.issues);
        }
        exposed.list.exposed()
    }

    /// The protection, if any of it is on. Settings of protection that is off are checked too.
    fn protection(&mut self, settings: &Settings) -> Option<Arc<Protection>> {
        let written = settings.protection.as_deref()?;
        let is_own = !self.inherits_protection(settings);
        let mut own = is_own.then(|| Checked::new(TrustedOrigins::read(written)));
        let trusted = own.as_mut().or(self.inherited.protection.as_mut())?;
        // Trust is about requests that carry cookies.
        let stakes = ListStakes { credentials: true, lifted: Arc::clone(&settings.dangerously_allow) };
        if let Some((read, check)) = trusted.check(stakes) {
            let list = &written.trusted_origins;
            self.needed_dangers.note(&read.found, list, check.stakes, |concern, stakes| {
                concern.severity(stakes) == Some(Severity::Error)
            });
            report_trusted(&read.found, &written.trusted_origins, check, self.issues);
        }
        (written.writes || written.websockets).then(|| Arc::clone(&trusted.list.protection))
    }

    /// Specification 2.3: no web page may reach into the private network.
    fn check_private_network(&mut self, settings: &Settings, origins: &OriginSet) {
        let (Some(place), true) = (&settings.allow_private_network, origins.is_any()) else { return };
        let is_inherited = self.top.allow_private_network.as_ref().is_some_and(|top| Arc::ptr_eq(place, top));
        let reported = &mut self.inherited_contradictions.private_network_reported;
        if is_inherited && std::mem::replace(reported, true) {
            return;
        }
        self.issues.error(&**place, true, policy::private_network_with_any_origin(self.issues.notation()));
    }

    /// Specification 2.3: if CORS grants writes to an origin, protection must not refuse them.
    fn check_contradiction(&mut self, settings: &Settings, route: Option<&str>, protection: &Protection) {
        let Some(written) = settings.protection().filter(|written| written.writes) else { return };
        let is_inherited = self.inherits_protection(settings);
        let are_both_inherited = is_inherited && self.inherits_origins(settings);
        let known = &mut self.inherited_contradictions;
        if is_inherited && known.protection_reported || are_both_inherited && known.protection_agrees {
            return;
        }
        let Some(untrusted) = untrusted_origin(settings, protection) else {
            known.protection_agrees |= are_both_inherited;
            return;
        };
        known.protection_reported |= is_inherited;
        let value = match untrusted {
            Untrusted::Origin(text) | Untrusted::Regex(text) => text.to_owned(),
            Untrusted::Predicate => "origins of the predicate".to_owned(),
        };
        let fault = contradiction(settings, untrusted, route, written, self.issues);
        self.issues.error(&written.field, value, fault);
    }
}

fn stakes(settings: &Settings) -> ListStakes {
    ListStakes { credentials: settings.allow_credentials, lifted: Arc::clone(&settings.dangerously_allow) }
}

/// For lists of names, no check can be lifted.
fn of_names(settings: &Settings) -> ListStakes {
    ListStakes { credentials: settings.allow_credentials, ..ListStakes::default() }
}
