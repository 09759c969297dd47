//! Texts → templates: every answer of a policy and of its routes, rendered once.

use crate::issues::code::Reason;
use crate::response::header_name::{HeaderName, OWNED_HEADERS};
use crate::response::outcome::{Case, Guard, Layout};
use crate::response::template::{Action, Op, REFUSAL_STATUS, Template, TemplateHeader, TemplateValue};
use std::collections::HashMap;
use std::ffi::{CStr, CString};

/// The texts of a policy, or of one of its routes, from which templates are made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Texts {
    pub(crate) any: bool,
    pub(crate) nobody: bool,
    pub(crate) credentials: bool,
    pub(crate) expose: Option<String>,
    pub(crate) methods: String,
    /// With credentials and `*`, what is asked for is sent beside the list.
    pub(crate) echo_method: bool,
    /// None: what is asked for is sent.
    pub(crate) headers: Option<String>,
    pub(crate) max_age: Option<u32>,
    pub(crate) status: u16,
    pub(crate) preflight_continue: bool,
    pub(crate) private_network: bool,
    pub(crate) keep_app_headers: bool,
    pub(crate) guard: Guard,
}

/// All templates of a policy, those of its routes included. Routes with the same texts share theirs.
#[derive(Debug)]
pub(crate) struct Templates {
    templates: Box<[Template]>,
}

impl Templates {
    pub(crate) fn all(&self) -> &[Template] {
        &self.templates
    }

    /// The template of a case.
    #[inline]
    pub(crate) fn of(&self, layout: Layout, case: Case, reported: Option<Reason>) -> &Template {
        self.templates.get(layout.place(case, reported)).unwrap_or(&FALLBACK)
    }
}

/// Renders each set of texts once.
#[derive(Debug, Default)]
pub(crate) struct TemplatesBuilder {
    templates: Vec<Template>,
    layouts: HashMap<Texts, Layout>,
}

impl TemplatesBuilder {
    pub(crate) fn add(&mut self, texts: Texts) -> Layout {
        if let Some(layout) = self.layouts.get(&texts) {
            return *layout;
        }
        let layout = Layout {
            base: self.templates.len(),
            private_network: texts.private_network,
            echo_method: texts.echo_method,
            echo_headers: texts.headers.is_none(),
            guard: texts.guard,
        };
        let renderer = Renderer::new(&texts);
        for (case, reported) in layout.cases() {
            let index = u32::try_from(self.templates.len()).unwrap_or(u32::MAX);
            self.templates.push(renderer.template(index, case, reported));
        }
        self.layouts.insert(texts, layout);
        layout
    }

    pub(crate) fn build(self) -> Templates {
        Templates { templates: self.templates.into() }
    }
}

/// Never reached: every case has a template. It refuses.
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

/// Renders a policy's texts once and shares them among its templates.
struct Renderer<'t> {
    texts: &'t Texts,
    expose: Option<TemplateValue>,
    methods: TemplateValue,
    headers: Option<TemplateValue>,
    max_age: Option<TemplateValue>,
}

impl<'t> Renderer<'t> {
    fn new(texts: &'t Texts) -> Self {
        Renderer {
            texts,
            expose: texts.expose.as_deref().map(text),
            methods: text(&texts.methods),
            headers: texts.headers.as_deref().map(text),
            max_age: texts.max_age.map(|seconds| text(&seconds.to_string())),
        }
    }

    fn template(&self, index: u32, case: Case, reported: Option<Reason>) -> Template {
        let (action, status) = self.answer(case);
        let headers = self.headers(case, action);
        let removed: Box<[HeaderName]> = if self.keeps_app_headers(action) {
            Box::default()
        } else {
            OWNED_HEADERS.into_iter().filter(|name| !headers.iter().any(|header| header.name == *name)).collect()
        };
        let set = headers.iter().filter(|header| header.op == Op::Set).map(|header| header.name);
        let replaced = set.chain(removed.iter().copied()).collect();
        let reason = match case {
            Case::Actual { reason, .. }
            | Case::Refused { reason }
            | Case::Preflight { reason, .. }
            | Case::Blocked { reason, .. } => reason,
            Case::BlockedPreflight => Reason::WriteRefused,
        };
        Template { index, action, status, reason, reported, headers: headers.into(), removed, replaced }
    }

    fn answer(&self, case: Case) -> (Action, Option<u16>) {
        match case {
            Case::Actual { .. } => (Action::Continue, None),
            Case::Blocked { .. } | Case::BlockedPreflight => (Action::Respond, Some(REFUSAL_STATUS)),
            _ if self.texts.preflight_continue => (Action::Continue, None),
            Case::Refused { .. } => (Action::Respond, Some(REFUSAL_STATUS)),
            Case::Preflight { .. } => (Action::Respond, Some(self.texts.status)),
        }
    }

    fn headers(&self, case: Case, action: Action) -> Vec<TemplateHeader> {
        let texts = self.texts;
        let readable = match case {
            Case::Actual { reason, .. } => matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed),
            Case::Refused { .. } => false,
            Case::Preflight { .. } | Case::BlockedPreflight => true,
            Case::Blocked { readable, .. } => readable,
        };
        let mut headers = Vec::new();
        if readable {
            headers.push(set(
                HeaderName::AllowOrigin,
                if texts.any { TemplateValue::Static(c"*") } else { TemplateValue::Origin },
            ));
            if texts.credentials {
                headers.push(set(HeaderName::AllowCredentials, TemplateValue::Static(c"true")));
            }
        }
        if let Case::Preflight { private_network, echo_method, echo_headers, .. } = case {
            self.preflight(&mut headers, private_network, echo_method, echo_headers);
        }
        if let (true, Case::Actual { .. } | Case::Blocked { .. }, Some(expose)) = (readable, case, &self.expose) {
            headers.push(set(HeaderName::ExposeHeaders, expose.clone()));
        }
        if self.keeps_app_headers(action) {
            headers.iter_mut().filter(|header| header.op == Op::Set).for_each(|header| header.op = Op::Default);
        }
        if action == Action::Respond {
            match case {
                Case::Refused { .. } | Case::Blocked { .. } | Case::BlockedPreflight => {
                    headers.push(set(HeaderName::ContentType, TemplateValue::Static(c"text/plain; charset=utf-8")));
                }
                _ if texts.status == 200 => headers.push(set(HeaderName::ContentLength, TemplateValue::Static(c"0"))),
                _ => {}
            }
            // RFC 9111, section 5.2.2.5: a cache must not answer other readers with what one page was refused.
            if let Case::Blocked { .. } = case {
                headers.push(set(HeaderName::CacheControl, TemplateValue::Static(c"no-store")));
            }
        }
        if let Some(vary) = self.vary(case) {
            headers.push(TemplateHeader { name: HeaderName::Vary, value: TemplateValue::Static(vary), op: Op::Merge });
        }
        headers
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

    /// Fetch, "CORS protocol and HTTP caches": an answer that depends on the request says on what.
    fn vary(&self, case: Case) -> Option<&'static CStr> {
        match case {
            // A handshake is a GET. A cache that is told to ignore `no-store` can still tell it from other readers' requests.
            Case::Blocked { reason: Reason::WebsocketRefused, .. } => {
                Some(c"Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key")
            }
            Case::Blocked { .. } => Some(c"Origin, Sec-Fetch-Site"),
            Case::Actual { reason: Reason::PathAmbiguous, options: false } => Some(c"Origin"),
            Case::Actual { options: false, .. } if self.texts.any || self.texts.nobody => None,
            Case::Actual { options: false, .. } => Some(c"Origin"),
            // Caches that keep answers to OPTIONS exist, though RFC 9110, section 9.3.7, forbids it.
            _ if self.texts.private_network => Some(
                c"Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
            ),
            _ => Some(c"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        }
    }

    /// Whether the application's own headers stay: only on its own responses, for what corsac answers is corsac's alone.
    fn keeps_app_headers(&self, action: Action) -> bool {
        self.texts.keep_app_headers && action == Action::Continue
    }
}

fn set(name: HeaderName, value: TemplateValue) -> TemplateHeader {
    TemplateHeader { name, value, op: Op::Set }
}

fn text(text: &str) -> TemplateValue {
    // Tokens and numbers hold no NUL.
    TemplateValue::Text(CString::new(text).unwrap_or_default().into())
}
