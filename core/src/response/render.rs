//! Settings → templates: every response of a policy and of its routes, rendered once (specification 4.1).

use crate::issues::code::Reason;
use crate::response::header_name::{HeaderName, OWNED_HEADERS};
use crate::response::outcome::{Outcome, OutcomeLayout, ProtectionOutcomes};
use crate::response::template::{Action, Op, REFUSAL_STATUS, Template, TemplateHeader, TemplateValue};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::ffi::{CStr, CString};
use std::hash::BuildHasher;
use std::sync::Arc;

/// The settings from which the responses of a policy, or of one of its routes, are made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResponseSettings {
    pub(crate) any: bool,
    pub(crate) nobody: bool,
    pub(crate) credentials: bool,
    pub(crate) expose: Option<Arc<str>>,
    pub(crate) methods: Arc<str>,
    /// With credentials and `*` as a method, the requested method is sent in addition to the list.
    pub(crate) echo_method: bool,
    /// None if the requested headers are sent back.
    pub(crate) headers: Option<Arc<str>>,
    pub(crate) max_age: Option<u32>,
    pub(crate) status: u16,
    pub(crate) preflight_continue: bool,
    pub(crate) private_network: bool,
    pub(crate) keep_app_headers: bool,
    pub(crate) protection: ProtectionOutcomes,
}

/// All templates of a policy, including those of its routes. Routes with equal responses share them.
#[derive(Debug)]
pub(crate) struct Templates {
    templates: Box<[Template]>,
}

impl Templates {
    pub(crate) fn all(&self) -> &[Template] {
        &self.templates
    }

    /// The template of an outcome. If the compiler knows the outcome, it can compute most of the index.
    #[inline(always)]
    pub(crate) fn of(&self, layout: OutcomeLayout, outcome: Outcome, reported: Option<Reason>) -> &Template {
        self.templates.get(layout.index(outcome, reported)).unwrap_or_else(|| fallback())
    }
}

/// Renders the responses of equal settings once.
#[derive(Debug, Default)]
pub(crate) struct TemplatesBuilder {
    templates: Vec<Template>,
    layouts: Vec<(ResponseSettings, OutcomeLayout)>,
    /// The indices of the layouts, by the hashes of their settings.
    known: HashTable<usize>,
    hasher: RandomState,
}

impl TemplatesBuilder {
    pub(crate) fn add(&mut self, settings: ResponseSettings) -> OutcomeLayout {
        let hash = self.hasher.hash_one(&settings);
        let layout = |index: &usize| self.layouts.get(*index);
        let is_same = |index: &usize| layout(index).is_some_and(|(known, _)| *known == settings);
        if let Some((_, layout)) = self.known.find(hash, is_same).and_then(layout) {
            return *layout;
        }
        let layout = OutcomeLayout {
            base: self.templates.len(),
            private_network: settings.private_network,
            echo_method: settings.echo_method,
            echo_headers: settings.headers.is_none(),
            protection: settings.protection,
        };
        let renderer = Renderer::new(&settings);
        for (outcome, reported) in layout.outcomes() {
            let index = u32::try_from(self.templates.len()).unwrap_or(u32::MAX);
            self.templates.push(renderer.template(index, outcome, reported));
        }
        let (layouts, hasher) = (&self.layouts, &self.hasher);
        let hash_of = |index: &usize| layouts.get(*index).map_or(0, |(known, _)| hasher.hash_one(known));
        self.known.insert_unique(hash, layouts.len(), hash_of);
        self.layouts.push((settings, layout));
        layout
    }

    pub(crate) fn build(self) -> Templates {
        Templates { templates: self.templates.into() }
    }
}

/// This template, which refuses, is never used, because every outcome has a template.
#[cold]
#[inline(never)]
fn fallback() -> &'static Template {
    &FALLBACK
}

static FALLBACK: std::sync::LazyLock<Template> = std::sync::LazyLock::new(|| Template {
    index: u32::MAX,
    action: Action::Respond,
    status: Some(REFUSAL_STATUS),
    reason: Reason::OriginNotAllowed,
    reported: None,
    headers: Box::new([]),
    removed: Box::new([]),
    replaced: Box::new([]),
});

/// Renders the texts of settings once and shares them among the templates.
struct Renderer<'s> {
    settings: &'s ResponseSettings,
    expose: Option<TemplateValue>,
    methods: TemplateValue,
    headers: Option<TemplateValue>,
    max_age: Option<TemplateValue>,
}

impl<'s> Renderer<'s> {
    fn new(settings: &'s ResponseSettings) -> Self {
        Renderer {
            settings,
            expose: settings.expose.as_deref().map(text_value),
            methods: text_value(&settings.methods),
            headers: settings.headers.as_deref().map(text_value),
            max_age: settings.max_age.map(|seconds| text_value(&seconds.to_string())),
        }
    }

    fn template(&self, index: u32, outcome: Outcome, reported: Option<Reason>) -> Template {
        let (action, status) = self.action_and_status(outcome);
        let headers = self.headers(outcome, action);
        // Specification 4.2: the headers that corsac owns and does not set are removed.
        let removed: Box<[HeaderName]> = if self.keeps_app_headers(action) {
            Box::default()
        } else {
            OWNED_HEADERS.into_iter().filter(|name| !headers.iter().any(|header| header.name == *name)).collect()
        };
        let set = headers.iter().filter(|header| header.op == Op::Set).map(|header| header.name);
        let replaced = set.chain(removed.iter().copied()).collect();
        let reason = match outcome {
            Outcome::Actual { reason, .. }
            | Outcome::PreflightRefused { reason }
            | Outcome::PreflightAnswered { reason, .. }
            | Outcome::ProtectionRefusal { reason, .. } => reason,
            Outcome::PreflightProtectionRefusal => Reason::WriteRefused,
        };
        Template { index, action, status, reason, reported, headers: headers.into(), removed, replaced }
    }

    /// The column "action" of the table in specification 4.1.
    fn action_and_status(&self, outcome: Outcome) -> (Action, Option<u16>) {
        match outcome {
            // Rows 1 and 3 to 7.
            Outcome::Actual { .. } => (Action::Continue, None),
            // Specification 7.2 and 7.3: before `preflight_continue`.
            Outcome::ProtectionRefusal { .. } | Outcome::PreflightProtectionRefusal => {
                (Action::Respond, Some(REFUSAL_STATUS))
            }
            _ if self.settings.preflight_continue => (Action::Continue, None),
            // Rows 2 and 9.
            Outcome::PreflightRefused { .. } => (Action::Respond, Some(REFUSAL_STATUS)),
            // Row 8.
            Outcome::PreflightAnswered { .. } => (Action::Respond, Some(self.settings.status)),
        }
    }

    /// The column "headers", in the order in which they are sent.
    fn headers(&self, outcome: Outcome, action: Action) -> Vec<TemplateHeader> {
        let settings = self.settings;
        let mut headers = Vec::new();
        let is_readable = is_readable(outcome);
        if is_readable {
            let origin = if settings.any { TemplateValue::Static(c"*") } else { TemplateValue::Origin };
            headers.push(set(HeaderName::AllowOrigin, origin));
            if settings.credentials {
                headers.push(set(HeaderName::AllowCredentials, TemplateValue::Static(c"true")));
            }
        }
        match (outcome, &self.expose) {
            (Outcome::PreflightAnswered { private_network, echo_method, echo_headers, .. }, _) => {
                self.preflight(&mut headers, private_network, echo_method, echo_headers);
            }
            (Outcome::Actual { .. } | Outcome::ProtectionRefusal { .. }, Some(expose)) if is_readable => {
                headers.push(set(HeaderName::ExposeHeaders, expose.clone()));
            }
            _ => {}
        }
        if self.keeps_app_headers(action) {
            headers.iter_mut().filter(|header| header.op == Op::Set).for_each(|header| header.op = Op::Default);
        }
        if action == Action::Respond {
            self.body(outcome, &mut headers);
        }
        if let Some(vary) = self.vary(outcome) {
            headers.push(TemplateHeader { name: HeaderName::Vary, value: TemplateValue::Static(vary), op: Op::Merge });
        }
        headers
    }

    /// The headers that go with the body of corsac's own response.
    fn body(&self, outcome: Outcome, headers: &mut Vec<TemplateHeader>) {
        match outcome {
            Outcome::PreflightAnswered { .. } if self.settings.status == 200 => {
                headers.push(set(HeaderName::ContentLength, TemplateValue::Static(c"0")));
            }
            Outcome::Actual { .. } | Outcome::PreflightAnswered { .. } => {}
            Outcome::PreflightRefused { .. }
            | Outcome::ProtectionRefusal { .. }
            | Outcome::PreflightProtectionRefusal => {
                headers.push(set(HeaderName::ContentType, TemplateValue::Static(c"text/plain; charset=utf-8")));
            }
        }
        // RFC 9111, section 5.2.2.5: a cache must not send the refusal of one page to other readers.
        if let Outcome::ProtectionRefusal { .. } = outcome {
            headers.push(set(HeaderName::CacheControl, TemplateValue::Static(c"no-store")));
        }
    }

    fn preflight(&self, sent: &mut Vec<TemplateHeader>, private_network: bool, echo_method: bool, echo_headers: bool) {
        sent.push(set(HeaderName::AllowMethods, self.methods.clone()));
        if echo_method {
            sent.push(TemplateHeader {
                name: HeaderName::AllowMethods,
                value: TemplateValue::RequestMethod,
                op: Op::Add,
            });
        }
        if echo_headers {
            sent.push(set(HeaderName::AllowHeaders, TemplateValue::RequestHeaders));
        } else if let Some(headers) = &self.headers {
            sent.push(set(HeaderName::AllowHeaders, headers.clone()));
        }
        if let Some(max_age) = &self.max_age {
            sent.push(set(HeaderName::MaxAge, max_age.clone()));
        }
        if private_network {
            sent.push(set(HeaderName::AllowPrivateNetwork, TemplateValue::Static(c"true")));
        }
    }

    /// Fetch, "CORS protocol and HTTP caches": a response that depends on the request names what it
    /// depends on.
    fn vary(&self, outcome: Outcome) -> Option<&'static CStr> {
        match outcome {
            // A handshake is a GET. With this `Vary`, even a cache that is configured to ignore `no-store`
            // distinguishes it from other GETs.
            Outcome::ProtectionRefusal { reason: Reason::WebsocketRefused, .. } => {
                Some(c"Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key")
            }
            Outcome::ProtectionRefusal { .. } => Some(c"Origin, Sec-Fetch-Site"),
            // Row 1.
            Outcome::Actual { reason: Reason::PathAmbiguous, options: false } => Some(c"Origin"),
            // Rows 3 and 4.
            Outcome::Actual { options: false, .. } if self.settings.any || self.settings.nobody => None,
            // Rows 5 to 7.
            Outcome::Actual { options: false, .. } => Some(c"Origin"),
            // Rows 2, 8 and 9, and plain OPTIONS.
            // Some caches keep responses to OPTIONS, although RFC 9110, section 9.3.7, forbids it.
            _ if self.settings.private_network => Some(
                c"Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
            ),
            _ => Some(c"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        }
    }

    /// Whether the application's own headers stay. They stay only on the application's responses, and
    /// never on corsac's own.
    fn keeps_app_headers(&self, action: Action) -> bool {
        self.settings.keep_app_headers && action == Action::Continue
    }
}

/// Whether the page may read the response: rows 3, 6 and 8.
fn is_readable(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Actual { reason, .. } => reason.is_readable(),
        Outcome::PreflightRefused { .. } => false,
        Outcome::PreflightAnswered { .. } | Outcome::PreflightProtectionRefusal => true,
        Outcome::ProtectionRefusal { readable, .. } => readable,
    }
}

fn set(name: HeaderName, value: TemplateValue) -> TemplateHeader {
    TemplateHeader { name, value, op: Op::Set }
}

fn text_value(text: &str) -> TemplateValue {
    // Tokens and numbers contain no NUL.
    TemplateValue::Text(CString::new(text).unwrap_or_default().into())
}
