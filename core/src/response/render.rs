//! Texts → shapes: every answer of a policy and of its routes, rendered once.

use crate::issues::code::Reason;
use crate::response::header_name::{Name, OWNED};
use crate::response::outcome::{Case, Guard, Layout};
use crate::response::template::{Action, Op, REFUSED, Shape, Slot, SlotValue};
use std::collections::HashMap;
use std::ffi::{CStr, CString};

/// The texts of a policy, or of one of its routes, from which shapes are made.
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

/// All shapes of a policy, those of its routes included. Routes with the same texts share theirs.
#[derive(Debug)]
pub(crate) struct Shapes {
    shapes: Box<[Shape]>,
}

impl Shapes {
    pub(crate) fn all(&self) -> &[Shape] {
        &self.shapes
    }

    /// The shape of a case.
    #[inline]
    pub(crate) fn of(&self, layout: Layout, case: Case, reported: Option<Reason>) -> &Shape {
        self.shapes.get(layout.place(case, reported)).unwrap_or(&FALLBACK)
    }
}

/// Renders each set of texts once.
#[derive(Debug, Default)]
pub(crate) struct ShapesBuilder {
    shapes: Vec<Shape>,
    layouts: HashMap<Texts, Layout>,
}

impl ShapesBuilder {
    pub(crate) fn add(&mut self, texts: Texts) -> Layout {
        if let Some(layout) = self.layouts.get(&texts) {
            return *layout;
        }
        let layout = Layout {
            base: self.shapes.len(),
            private_network: texts.private_network,
            echo_method: texts.echo_method,
            echo_headers: texts.headers.is_none(),
            guard: texts.guard,
        };
        let renderer = Renderer::new(&texts);
        for (case, reported) in layout.cases() {
            let index = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
            self.shapes.push(renderer.shape(index, case, reported));
        }
        self.layouts.insert(texts, layout);
        layout
    }

    pub(crate) fn build(self) -> Shapes {
        Shapes { shapes: self.shapes.into() }
    }
}

/// Never reached: every case has a shape. It refuses.
static FALLBACK: std::sync::LazyLock<Shape> = std::sync::LazyLock::new(|| Shape {
    index: u32::MAX,
    action: Action::Respond,
    status: Some(REFUSED),
    reason: Reason::OriginNotAllowed,
    reported: None,
    slots: Box::new([]),
    removed: Box::new([]),
    replaced: Box::new([]),
});

/// Renders a policy's texts once and shares them among its shapes.
struct Renderer<'t> {
    texts: &'t Texts,
    expose: Option<SlotValue>,
    methods: SlotValue,
    headers: Option<SlotValue>,
    max_age: Option<SlotValue>,
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

    fn shape(&self, index: u32, case: Case, reported: Option<Reason>) -> Shape {
        let (action, status) = self.answer(case);
        let slots = self.slots(case, action);
        let removed: Box<[Name]> = if self.keeps_app_headers(action) {
            Box::default()
        } else {
            OWNED.into_iter().filter(|name| !slots.iter().any(|slot| slot.name == *name)).collect()
        };
        let set = slots.iter().filter(|slot| slot.op == Op::Set).map(|slot| slot.name);
        let replaced = set.chain(removed.iter().copied()).collect();
        let reason = match case {
            Case::Actual { reason, .. }
            | Case::Refused { reason }
            | Case::Preflight { reason, .. }
            | Case::Blocked { reason, .. } => reason,
            Case::BlockedPreflight => Reason::WriteRefused,
        };
        Shape { index, action, status, reason, reported, slots: slots.into(), removed, replaced }
    }

    fn answer(&self, case: Case) -> (Action, Option<u16>) {
        match case {
            Case::Actual { .. } => (Action::Continue, None),
            Case::Blocked { .. } | Case::BlockedPreflight => (Action::Respond, Some(REFUSED)),
            _ if self.texts.preflight_continue => (Action::Continue, None),
            Case::Refused { .. } => (Action::Respond, Some(REFUSED)),
            Case::Preflight { .. } => (Action::Respond, Some(self.texts.status)),
        }
    }

    fn slots(&self, case: Case, action: Action) -> Vec<Slot> {
        let texts = self.texts;
        let readable = match case {
            Case::Actual { reason, .. } => matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed),
            Case::Refused { .. } => false,
            Case::Preflight { .. } | Case::BlockedPreflight => true,
            Case::Blocked { readable, .. } => readable,
        };
        let mut slots = Vec::new();
        if readable {
            slots.push(set(Name::AllowOrigin, if texts.any { SlotValue::Static(c"*") } else { SlotValue::Origin }));
            if texts.credentials {
                slots.push(set(Name::AllowCredentials, SlotValue::Static(c"true")));
            }
        }
        if let Case::Preflight { private_network, echo_method, echo_headers, .. } = case {
            self.preflight(&mut slots, private_network, echo_method, echo_headers);
        }
        if let (true, Case::Actual { .. } | Case::Blocked { .. }, Some(expose)) = (readable, case, &self.expose) {
            slots.push(set(Name::ExposeHeaders, expose.clone()));
        }
        if self.keeps_app_headers(action) {
            slots.iter_mut().filter(|slot| slot.op == Op::Set).for_each(|slot| slot.op = Op::Default);
        }
        if action == Action::Respond {
            match case {
                Case::Refused { .. } | Case::Blocked { .. } | Case::BlockedPreflight => {
                    slots.push(set(Name::ContentType, SlotValue::Static(c"text/plain; charset=utf-8")));
                }
                _ if texts.status == 200 => slots.push(set(Name::ContentLength, SlotValue::Static(c"0"))),
                _ => {}
            }
            // RFC 9111, section 5.2.2.5: a cache must not answer other readers with what one page was refused.
            if let Case::Blocked { .. } = case {
                slots.push(set(Name::CacheControl, SlotValue::Static(c"no-store")));
            }
        }
        if let Some(vary) = self.vary(case) {
            slots.push(Slot { name: Name::Vary, value: SlotValue::Static(vary), op: Op::Merge });
        }
        slots
    }

    fn preflight(&self, slots: &mut Vec<Slot>, private_network: bool, echo_method: bool, echo_headers: bool) {
        slots.push(set(Name::AllowMethods, self.methods.clone()));
        if echo_method {
            slots.push(Slot { name: Name::AllowMethods, value: SlotValue::RequestMethod, op: Op::Add });
        }
        if echo_headers {
            slots.push(set(Name::AllowHeaders, SlotValue::RequestHeaders));
        } else if let Some(headers) = &self.headers {
            slots.push(set(Name::AllowHeaders, headers.clone()));
        }
        if let Some(max_age) = &self.max_age {
            slots.push(set(Name::MaxAge, max_age.clone()));
        }
        if private_network {
            slots.push(set(Name::AllowPrivateNetwork, SlotValue::Static(c"true")));
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

fn set(name: Name, value: SlotValue) -> Slot {
    Slot { name, value, op: Op::Set }
}

fn text(text: &str) -> SlotValue {
    // Tokens and numbers hold no NUL.
    SlotValue::Text(CString::new(text).unwrap_or_default().into())
}
