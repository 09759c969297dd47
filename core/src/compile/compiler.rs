//! Settings → policy: every value is validated, every issue recorded, every header rendered.

use crate::compile::lists::{compile_expose, compile_headers, compile_methods};
use crate::compile::origins::{Stakes, compile_origins, compile_trusted};
use crate::config::settings::{Dangers, Document, List, ProtectionSettings, RouteSettings, Settings};
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::decide::policy::{Policy, RoutedRules, Rules};
use crate::decide::protection::{Mode, Protection};
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
use crate::origins::set::{OriginSet, OriginSetBuilder};
use crate::paths::tree::compile_routes;
use crate::response::outcome::Guard;
use crate::response::render::{TemplatesBuilder, Texts};
use crate::suggest::contradiction::{Untrusted, contradiction, untrusted_origin};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Methods that write and are never sent without a preflight.
const WRITES: [&str; 3] = ["PUT", "PATCH", "DELETE"];

/// Compiles what was read. Where `issues` has errors the policy is not to be used.
pub(crate) fn compile<'i>(document: &'i Document, issues: &'i mut Issues) -> Policy {
    if !document.routes.is_empty() {
        issues.tell_once();
    }
    let mut compiler = Compiler::new(issues);
    let rules = compiler.rules(&document.settings);
    let routes = (!document.routes.is_empty()).then(|| compiler.routes(document));
    Policy { rules, routes, templates: compiler.templates.build(), lints: Vec::new() }
}

/// Compiles the top level and the routes. A list that routes inherit is compiled once, and found by its address.
struct Compiler<'i> {
    issues: &'i mut Issues,
    origins: HashMap<(*const List, *const List, bool), Arc<OriginSet>>,
    checked: HashSet<(*const List, *const List, bool, Stakes)>,
    methods: HashMap<(*const List, bool), Compiled<AllowedMethods>>,
    headers: HashMap<(*const List, bool), Compiled<AllowedHeaders>>,
    expose: HashMap<(*const List, bool), Option<String>>,
    protections: HashMap<(*const ProtectionSettings, Dangers), Arc<Protection>>,
    contradictions: HashSet<(*const ProtectionSettings, *const OriginSet)>,
    /// The route whose rules are compiled, by its place.
    route: Option<&'i str>,
    templates: TemplatesBuilder,
}

/// A list compiled, its text as it is sent, and whether it is `*`.
pub(crate) type Compiled<T> = (Arc<T>, String, bool);

impl<'i> Compiler<'i> {
    fn new(issues: &'i mut Issues) -> Self {
        Compiler {
            issues,
            origins: HashMap::new(),
            checked: HashSet::new(),
            methods: HashMap::new(),
            headers: HashMap::new(),
            expose: HashMap::new(),
            protections: HashMap::new(),
            contradictions: HashSet::new(),
            route: None,
            templates: TemplatesBuilder::default(),
        }
    }

    fn rules(&mut self, settings: &Settings) -> Rules {
        let texts = self.texts(settings);
        let credentials = settings.allow_credentials;
        let origins = self.origins(settings);
        let (methods, ..) = self.methods(settings);
        let (headers, ..) = self.headers(settings);
        Rules {
            origins,
            secure_only: credentials && !settings.dangerously_allow.insecure_origins,
            credentials,
            predicate: settings.predicate,
            methods,
            headers,
            echo_headers: texts.headers.is_none(),
            private_network: texts.private_network,
            protection: self.protection(settings),
            layout: self.templates.add(texts),
        }
    }

    fn texts(&mut self, settings: &Settings) -> Texts {
        let credentials = settings.allow_credentials;
        let origins = self.origins(settings);
        let (_, methods, all_methods) = self.methods(settings);
        let (_, headers, all_headers) = self.headers(settings);
        if let (Some(place), true) = (&settings.allow_private_network, origins.is_any()) {
            let message = "with any origin allowed, every web page could reach into the private network";
            let notation = self.issues.notation();
            let help = format!(
                "list the origins in `{}`, or leave `{}` out",
                notation.key("allow_origins"),
                notation.key("allow_private_network")
            );
            self.issues.error(&**place, true, Fault::new(Code::PrivateNetworkAnyOrigin, message, help));
        }
        let protection = self.protection(settings);
        if let (Some(protection), Some(written)) = (&protection, settings.protection()) {
            self.check_contradiction(settings, &origins, protection, written, all_methods || methods_write(&methods));
        }
        Texts {
            any: origins.is_any(),
            nobody: origins.is_nobody(),
            credentials,
            expose: self.expose(settings),
            methods,
            echo_method: all_methods && credentials,
            headers: if all_headers && credentials { None } else { Some(headers) },
            max_age: settings.max_age,
            status: settings.preflight_status,
            preflight_continue: settings.preflight_continue,
            private_network: settings.allow_private_network.is_some(),
            keep_app_headers: settings.keep_app_headers,
            guard: guard(protection.as_deref()),
        }
    }

    fn origins(&mut self, settings: &Settings) -> Arc<OriginSet> {
        let (list, regexes) = (&settings.allow_origins, &settings.allow_origin_regex);
        let predicate = settings.predicate.is_some();
        let stakes = Stakes { credentials: settings.allow_credentials, dangers: settings.dangerously_allow };
        let (list_at, regexes_at) = (Arc::as_ptr(list), Arc::as_ptr(regexes));
        let is_known = !self.checked.insert((list_at, regexes_at, predicate, stakes));
        if let (true, Some(origins)) = (is_known, self.origins.get(&(list_at, regexes_at, predicate))) {
            return Arc::clone(origins);
        }
        // The same list under other stakes has other issues, but is the same set.
        let compiled = compile_origins(list, regexes, predicate, stakes, self.issues);
        Arc::clone(self.origins.entry((list_at, regexes_at, predicate)).or_insert_with(|| Arc::new(compiled)))
    }

    fn methods(&mut self, settings: &Settings) -> Compiled<AllowedMethods> {
        let (list, credentials) = (&settings.allow_methods, settings.allow_credentials);
        let compile = || compile_methods(list, credentials, self.issues);
        self.methods.entry((Arc::as_ptr(list), credentials)).or_insert_with(compile).clone()
    }

    fn headers(&mut self, settings: &Settings) -> Compiled<AllowedHeaders> {
        let (list, credentials) = (&settings.allow_headers, settings.allow_credentials);
        let compile = || compile_headers(list, credentials, self.issues);
        self.headers.entry((Arc::as_ptr(list), credentials)).or_insert_with(compile).clone()
    }

    fn expose(&mut self, settings: &Settings) -> Option<String> {
        let (list, credentials) = (&settings.expose_headers, settings.allow_credentials);
        let compile = || compile_expose(list, credentials, self.issues);
        self.expose.entry((Arc::as_ptr(list), credentials)).or_insert_with(compile).clone()
    }

    fn protection(&mut self, settings: &Settings) -> Option<Arc<Protection>> {
        let written = settings.protection.as_ref()?;
        let compile = || {
            let trusted = compile_trusted(&written.trusted_origins, settings.dangerously_allow, self.issues);
            let mode = |on| Mode::new(on, written.report_only);
            Arc::new(Protection { writes: mode(written.writes), websockets: mode(written.websockets), trusted })
        };
        let entry = self.protections.entry((Arc::as_ptr(written), settings.dangerously_allow));
        let protection = Arc::clone(entry.or_insert_with(compile));
        // What is off is validated all the same.
        (written.writes || written.websockets).then_some(protection)
    }

    /// What is granted to an origin by CORS may not be refused to it by protection.
    fn check_contradiction(
        &mut self,
        settings: &Settings,
        origins: &Arc<OriginSet>,
        protection: &Protection,
        written: &Arc<ProtectionSettings>,
        writes: bool,
    ) {
        let grants = written.writes && writes && !settings.allow_credentials;
        if !grants || !self.contradictions.insert((Arc::as_ptr(written), Arc::as_ptr(origins))) {
            return;
        }
        let Some(untrusted) = untrusted_origin(settings, protection) else { return };
        let value = match untrusted {
            Untrusted::Origin(text) | Untrusted::Regex(text) => text.to_owned(),
            Untrusted::Predicate => "origins of the predicate".to_owned(),
        };
        let fault = contradiction(settings, untrusted, self.route, written, self.issues);
        self.issues.error(&written.field, value, fault);
    }

    fn routes(&mut self, document: &'i Document) -> RoutedRules {
        let mut rules = |route: &'i RouteSettings| {
            self.route = Some(&route.field);
            self.rules(&route.settings)
        };
        let rules: Box<[Rules]> = document.routes.iter().map(&mut rules).collect();
        self.route = None;
        let paths = compile_routes(&document.routes, self.issues);
        RoutedRules { paths, ambiguous: self.ambiguous(document, &rules), rules }
    }

    /// The rules for paths that servers read differently: no origin is told anything or trusted, and what any
    /// route refuses is refused.
    fn ambiguous(&mut self, document: &Document, rules: &[Rules]) -> Rules {
        let top = self.rules(&document.settings);
        let all = || std::iter::once(&top).chain(rules).filter_map(|rules| rules.protection.as_deref());
        let protection = all().next().map(|_| {
            Arc::new(Protection {
                writes: all().map(|protection| protection.writes).max().unwrap_or(Mode::Off),
                websockets: all().map(|protection| protection.websockets).max().unwrap_or(Mode::Off),
                trusted: OriginSetBuilder::default().build(),
            })
        });
        let settings =
            || std::iter::once(&document.settings).chain(document.routes.iter().map(|route| &route.settings));
        let mut texts = self.texts(&document.settings);
        texts.keep_app_headers = settings().all(|settings| settings.keep_app_headers);
        texts.guard = guard(protection.as_deref());
        let layout = self.templates.add(texts);
        Rules { protection, layout, credentials: false, ..top }
    }
}

fn guard(protection: Option<&Protection>) -> Guard {
    let modes = protection.map_or([Mode::Off; 2], |protection| [protection.writes, protection.websockets]);
    Guard { refuses: modes.contains(&Mode::Refuse), reports: modes.contains(&Mode::Report) }
}

fn methods_write(list: &str) -> bool {
    list.split(", ").any(|method| WRITES.contains(&method))
}
