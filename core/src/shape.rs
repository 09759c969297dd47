//! The answers a policy can give, all rendered when the policy is built.
//!
//! A decision is one of these shapes and up to three pieces of the request, so that deciding copies nothing,
//! and a door may prepare its own objects for each shape.

use crate::catalog::Reason;
use crate::names::{Name, OWNED};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::Arc;

/// Whether the application runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Answer now; the application is not run.
    Respond = 0,
    /// Run the application, and put the headers on whatever response it makes.
    Continue = 1,
}

impl Action {
    /// `respond` or `continue`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Respond => "respond",
            Action::Continue => "continue",
        }
    }
}

/// How a header goes on a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Op {
    /// Replaces whatever the application set.
    Set = 0,
    /// A further line of the same name.
    Add = 1,
    /// `Vary`: merged into what the application set ([`merge_vary`](crate::merge_vary)).
    Merge = 2,
    /// Taken off; the value is empty.
    Remove = 3,
    /// `keep_app_headers`: set unless the application has set it. Where the application has, the `Default` headers
    /// after it are left out too, so that no credentials are allowed beside another's origin.
    Default = 4,
}

/// The value of a header in a shape.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SlotValue {
    /// A text that never changes.
    Static(&'static CStr),
    /// A text of this policy.
    Text(Arc<CStr>),
    /// The request's `Origin`, byte for byte.
    Origin,
    /// The request's `Access-Control-Request-Method`, one checked token.
    RequestMethod,
    /// The request's `Access-Control-Request-Headers`, as sent, checked.
    RequestHeaders,
}

/// One header of a shape.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: SlotValue,
    /// How it goes on.
    pub op: Op,
}

/// One answer of a policy, but for the pieces of the request in it.
#[derive(Clone, Debug)]
pub struct Shape {
    index: u32,
    action: Action,
    status: Option<u16>,
    reason: Reason,
    reported: Option<Reason>,
    slots: Box<[Slot]>,
    removed: Box<[Name]>,
    replaced: Box<[Name]>,
}

impl Shape {
    /// Its place in [`Policy::shapes`](crate::Policy::shapes).
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Whether the application runs.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The status to answer with, where the application is not run.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// A refusal that was let pass and only reported.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.reported
    }

    /// The body to answer with, NUL-terminated; empty but for refusals.
    #[must_use]
    pub fn body(&self) -> &'static CStr {
        if self.status == Some(REFUSED) { self.reason.refusal() } else { c"" }
    }

    /// The headers, in the order in which they are sent.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The application's headers that come off and are not set anew.
    #[must_use]
    pub fn removed(&self) -> &[Name] {
        &self.removed
    }

    /// All of the application's headers that come off, whether or not they are set anew: for hosts that build a
    /// new list of headers.
    #[must_use]
    pub fn replaced(&self) -> &[Name] {
        &self.replaced
    }
}

/// The status of a refusal: what a door answers with, too, where it has no decision.
pub const REFUSED: u16 = 403;

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

/// What protection can do to an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Guard {
    pub(crate) refuses: bool,
    pub(crate) reports: bool,
}

/// What happened on the walk, as far as the answer's shape depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// An actual request; plain OPTIONS differ in `Vary`.
    Actual { reason: Reason, options: bool },
    /// A preflight whose origin is not allowed.
    Refused { reason: Reason },
    /// A preflight whose origin is allowed.
    Preflight { reason: Reason, private_network: bool, echo_method: bool, echo_headers: bool },
    /// An actual request that protection refuses. The page may read the refusal if it could read the answer.
    Blocked { reason: Reason, readable: bool },
    /// A preflight for a request that protection refuses, from an origin that is allowed.
    BlockedPreflight,
}

const ACTUAL: [Reason; 7] = [
    Reason::AnyOrigin,
    Reason::NoOrigin,
    Reason::OriginAllowed,
    Reason::OriginNotAllowed,
    Reason::OriginMalformed,
    Reason::PredicateFailed,
    Reason::PathAmbiguous,
];
const REFUSALS: [Reason; 4] =
    [Reason::OriginNotAllowed, Reason::OriginMalformed, Reason::PredicateFailed, Reason::PathAmbiguous];
const PREFLIGHTS: [Reason; 4] = [
    Reason::PreflightAllowed,
    Reason::PreflightMethodNotAllowed,
    Reason::PreflightHeaderNotAllowed,
    Reason::PreflightHeadersMalformed,
];
const GUARDED: [Reason; 2] = [Reason::WriteRefused, Reason::WebsocketRefused];

/// Where the shapes of one set of texts stand, and which cases it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    base: usize,
    private_network: bool,
    echo_method: bool,
    echo_headers: bool,
    guard: Guard,
}

impl Layout {
    /// Every case, each with what can be reported beside it, in the order of their places.
    fn cases(self) -> Vec<(Case, Option<Reason>)> {
        let mut cases = Vec::new();
        for reason in ACTUAL {
            cases.extend([false, true].map(|options| Case::Actual { reason, options }));
        }
        cases.extend(REFUSALS.map(|reason| Case::Refused { reason }));
        for reason in PREFLIGHTS {
            for private_network in both(self.private_network) {
                for echo_method in both(self.echo_method) {
                    for echo_headers in both(self.echo_headers) {
                        cases.push(Case::Preflight { reason, private_network, echo_method, echo_headers });
                    }
                }
            }
        }
        if self.guard.refuses {
            for reason in GUARDED {
                cases.extend([false, true].map(|readable| Case::Blocked { reason, readable }));
            }
            cases.push(Case::BlockedPreflight);
        }
        let reported: &[Option<Reason>] =
            if self.guard.reports { &[None, Some(GUARDED[0]), Some(GUARDED[1])] } else { &[None] };
        cases.into_iter().flat_map(|case| reported.iter().map(move |reported| (case, *reported))).collect()
    }

    /// The place of a case among all shapes of the policy.
    #[inline]
    fn place(self, case: Case, reported: Option<Reason>) -> usize {
        const FIRST_REFUSAL: usize = 2 * ACTUAL.len();
        const FIRST_PREFLIGHT: usize = FIRST_REFUSAL + REFUSALS.len();
        let preflights = || {
            PREFLIGHTS.len() * choices(self.private_network) * choices(self.echo_method) * choices(self.echo_headers)
        };
        let place = match case {
            Case::Actual { reason, options } => 2 * place_in(&ACTUAL, reason) + usize::from(options),
            Case::Refused { reason } => FIRST_REFUSAL + place_in(&REFUSALS, reason),
            Case::Preflight { reason, private_network, echo_method, echo_headers } => {
                let mut place = place_in(&PREFLIGHTS, reason);
                place = place * choices(self.private_network) + usize::from(private_network);
                place = place * choices(self.echo_method) + usize::from(echo_method);
                place = place * choices(self.echo_headers) + usize::from(echo_headers);
                FIRST_PREFLIGHT + place
            }
            Case::Blocked { reason, readable } => {
                FIRST_PREFLIGHT + preflights() + 2 * place_in(&GUARDED, reason) + usize::from(readable)
            }
            Case::BlockedPreflight => FIRST_PREFLIGHT + preflights() + 2 * GUARDED.len(),
        };
        if !self.guard.reports {
            return self.base + place;
        }
        let reported = reported.map_or(0, |reason| 1 + place_in(&GUARDED, reason));
        self.base + (1 + GUARDED.len()) * place + reported
    }
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

#[inline]
fn place_in(reasons: &[Reason], reason: Reason) -> usize {
    reasons.iter().position(|other| *other == reason).unwrap_or(usize::MAX / 64)
}

fn choices(varies: bool) -> usize {
    if varies { 2 } else { 1 }
}

fn both(varies: bool) -> impl Iterator<Item = bool> {
    std::iter::once(false).chain(varies.then_some(true))
}

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
        let removed: Box<[Name]> = match action {
            Action::Continue if !self.texts.keep_app_headers => {
                OWNED.into_iter().filter(|name| !slots.iter().any(|slot| slot.name == *name)).collect()
            }
            _ => Box::default(),
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
            self.own(
                &mut slots,
                Name::AllowOrigin,
                if texts.any { SlotValue::Static(c"*") } else { SlotValue::Origin },
            );
            if texts.credentials {
                self.own(&mut slots, Name::AllowCredentials, SlotValue::Static(c"true"));
            }
        }
        if let Case::Preflight { private_network, echo_method, echo_headers, .. } = case {
            self.preflight(&mut slots, private_network, echo_method, echo_headers);
            if texts.keep_app_headers && action == Action::Continue {
                // The application answers this preflight: its own headers stay.
                slots.iter_mut().filter(|slot| slot.op == Op::Set).for_each(|slot| slot.op = Op::Default);
            }
        }
        if let (true, Case::Actual { .. } | Case::Blocked { .. }, Some(expose)) = (readable, case, &self.expose) {
            self.own(&mut slots, Name::ExposeHeaders, expose.clone());
        }
        if action == Action::Respond {
            match case {
                Case::Refused { .. } | Case::Blocked { .. } | Case::BlockedPreflight => {
                    slots.push(set(Name::ContentType, SlotValue::Static(c"text/plain; charset=utf-8")));
                }
                _ if texts.status == 200 => slots.push(set(Name::ContentLength, SlotValue::Static(c"0"))),
                _ => {}
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

    /// A header that corsac owns.
    fn own(&self, slots: &mut Vec<Slot>, name: Name, value: SlotValue) {
        let op = if self.texts.keep_app_headers { Op::Default } else { Op::Set };
        slots.push(Slot { name, value, op });
    }
}

fn set(name: Name, value: SlotValue) -> Slot {
    Slot { name, value, op: Op::Set }
}

fn text(text: &str) -> SlotValue {
    // Tokens and numbers hold no NUL.
    SlotValue::Text(CString::new(text).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_stands_at_its_place() {
        for bits in 0..32 {
            {
                let layout = Layout {
                    base: 7,
                    private_network: bits & 1 > 0,
                    echo_method: bits & 2 > 0,
                    echo_headers: bits & 4 > 0,
                    guard: Guard { refuses: bits & 8 > 0, reports: bits & 16 > 0 },
                };
                for (place, (case, reported)) in layout.cases().into_iter().enumerate() {
                    assert_eq!(layout.place(case, reported), 7 + place, "{case:?} {layout:?}");
                }
            }
        }
    }
}
