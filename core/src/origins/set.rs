//! The compiled set of origins. A look-up of one `Origin` costs the same for any number of patterns.

#[cfg(feature = "explain")]
use crate::origins::automaton::Dfa;
#[cfg(feature = "explain")]
use crate::origins::extension::ExtensionScheme;
use crate::origins::extension::ExtensionSchemes;
use crate::origins::origin::Origin;
use crate::origins::pattern::{HostPattern, OriginPattern, PortPattern, TuplePattern};
use crate::origins::regex::Regexes;
use crate::string_set::StringSet;
use std::borrow::Cow;

/// The result of checking a request's `Origin` against the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    NotAllowed,
    Malformed,
    /// Nothing matched, and the host's predicate has not been asked.
    Ask,
}

/// The compiled patterns, regexes and rules of one policy.
#[derive(Debug)]
pub(crate) struct OriginSet {
    any: bool,
    null: bool,
    exact: StringSet,
    /// Origins without their port, for `:*`.
    any_port: StringSet,
    http: Below,
    https: Below,
    globs: Box<[Glob]>,
    extensions: ExtensionSchemes,
    regexes: Regexes,
    predicate: bool,
}

/// The patterns and regexes from which an [`OriginSet`] is built.
#[derive(Debug, Default)]
pub(crate) struct OriginSetBuilder<'l> {
    any: bool,
    null: bool,
    exact: Vec<Cow<'l, str>>,
    any_port: Vec<String>,
    http: BelowBuilder,
    https: BelowBuilder,
    globs: Vec<Glob>,
    extensions: ExtensionSchemes,
    pub(crate) regexes: Regexes,
    pub(crate) predicate: bool,
}

impl<'l> OriginSetBuilder<'l> {
    pub(crate) fn reserve(&mut self, exact: usize) {
        self.exact.reserve_exact(exact);
    }

    pub(crate) fn exact(&mut self, origin: Cow<'l, str>) {
        self.exact.push(origin);
    }

    pub(crate) fn pattern(&mut self, pattern: OriginPattern) {
        match pattern {
            OriginPattern::Any => self.any = true,
            OriginPattern::Null => self.null = true,
            OriginPattern::Extension(scheme) => self.extensions.insert(scheme),
            OriginPattern::Tuple(pattern) => self.tuple(pattern),
        }
    }

    fn tuple(&mut self, TuplePattern { scheme, host, port }: TuplePattern) {
        let (port, any_port) = match port {
            PortPattern::Default => (String::new(), false),
            PortPattern::Exact(port) => (format!(":{port}"), false),
            PortPattern::Any => (String::new(), true),
        };
        match host {
            HostPattern::Exact(host) => {
                let origin = format!("{scheme}://{host}{port}");
                if any_port {
                    self.any_port.push(origin);
                } else {
                    self.exact.push(origin.into());
                }
            }
            HostPattern::Below(after) => {
                let below = if scheme == "https" { &mut self.https } else { &mut self.http };
                below.lengths |= length_bit(after.len());
                let list = if any_port { &mut below.any_port } else { &mut below.exact_port };
                list.push(format!("{after}{port}"));
            }
            HostPattern::Glob { before, after } => {
                self.globs.push(Glob::new(&format!("{scheme}://{before}"), &format!("{after}{port}"), any_port));
            }
        }
    }

    pub(crate) fn globs(&self) -> usize {
        self.globs.len()
    }

    pub(crate) fn build(self) -> OriginSet {
        OriginSet {
            any: self.any,
            null: self.null,
            exact: StringSet::new(self.exact.iter().map(|origin| origin.as_bytes()).collect()),
            any_port: StringSet::new(self.any_port),
            http: self.http.build(),
            https: self.https.build(),
            globs: self.globs.into(),
            extensions: self.extensions,
            regexes: self.regexes,
            predicate: self.predicate,
        }
    }
}

impl OriginSet {
    /// Whether the set is `*`.
    pub(crate) fn is_any(&self) -> bool {
        self.any
    }

    /// Whether no origin can ever be allowed.
    pub(crate) fn is_nobody(&self) -> bool {
        !self.any
            && !self.null
            && !self.predicate
            && self.exact.is_empty()
            && self.any_port.is_empty()
            && self.http.is_empty()
            && self.https.is_empty()
            && self.globs.is_empty()
            && self.extensions.is_empty()
            && self.regexes.is_empty()
    }

    /// Decides on the value of an `Origin` header. Allocates nothing. `secure_only` refuses plain http to another
    /// machine, even if an entry matches it. For plain origins in a list, this was checked when the policy was
    /// built.
    #[inline(always)]
    pub(crate) fn check(&self, text: &[u8], secure_only: bool) -> Verdict {
        // Configured origins are well-formed, so the common case needs no parsing.
        if self.exact.contains(text) {
            return Verdict::Allowed;
        }
        self.check_parsed(text, secure_only)
    }

    #[inline(never)]
    fn check_parsed(&self, text: &[u8], secure_only: bool) -> Verdict {
        if text == b"null" {
            return if self.null || self.any { Verdict::Allowed } else { Verdict::NotAllowed };
        }
        let Some(origin) = Origin::parse(text) else { return Verdict::Malformed };
        if self.any {
            return Verdict::Allowed;
        }
        if secure_only && !origin.is_secure() {
            return Verdict::NotAllowed;
        }
        if self.any_port.contains(origin.without_port())
            || self.has_wide(&origin)
            || self.globs.iter().any(|glob| glob.matches(&origin))
            || self.regexes.matches(text)
        {
            return Verdict::Allowed;
        }
        if self.predicate { Verdict::Ask } else { Verdict::NotAllowed }
    }

    /// Whether a `*.` pattern or a pattern for any extension matches.
    fn has_wide(&self, origin: &Origin<'_>) -> bool {
        // Together with `://`, the usual scheme is eight bytes, which are compared at once.
        let below = if origin.text.starts_with(b"https://") {
            &self.https
        } else if origin.text.starts_with(b"http://") {
            &self.http
        } else {
            return self.extensions.matches(origin);
        };
        below.matches(origin)
    }

    /// Whether `null` is listed.
    #[cfg(feature = "explain")]
    pub(crate) fn has_null(&self) -> bool {
        self.null
    }

    /// The regexes, in the order in which they are listed.
    #[cfg(feature = "explain")]
    pub(crate) fn regexes(&self) -> &[Dfa] {
        self.regexes.dfas()
    }

    /// Every pattern of the set except `*` and `null`.
    #[cfg(feature = "explain")]
    pub(crate) fn patterns(&self) -> impl Iterator<Item = ConfiguredPattern<'_>> {
        use ConfiguredPattern::{Below, Exact, Extension, Glob};
        let extensions = self.extensions.iter().map(Extension);
        let exact = self.exact.iter().map(|origin| Exact { origin, any_port: false });
        let any_port = self.any_port.iter().map(|origin| Exact { origin, any_port: true });
        let below = [("http", &self.http), ("https", &self.https)].into_iter().flat_map(|(scheme, below)| {
            let exact = below.exact_port.iter().map(move |after| Below { scheme, after, any_port: false });
            exact.chain(below.any_port.iter().map(move |after| Below { scheme, after, any_port: true }))
        });
        let globs =
            self.globs.iter().map(|glob| Glob { before: &glob.before, after: &glob.after, any_port: glob.any_port });
        exact.chain(any_port).chain(below).chain(globs).chain(extensions)
    }

    /// Bytes on the heap that grow with the number of patterns.
    pub(crate) fn memory(&self) -> usize {
        let sets = [&self.exact, &self.any_port, &self.http.exact_port, &self.http.any_port];
        let sets = sets.into_iter().chain([&self.https.exact_port, &self.https.any_port]);
        sets.map(StringSet::memory).sum::<usize>() + self.regexes.memory()
    }
}

/// A pattern of a set, as the set keeps it.
#[cfg(feature = "explain")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum ConfiguredPattern<'s> {
    /// An origin, without its port if any port matches.
    Exact { origin: &'s [u8], any_port: bool },
    /// A `*.` pattern, by the text after the `*`.
    Below { scheme: &'static str, after: &'s [u8], any_port: bool },
    /// The parts before and after the `*` in a label.
    Glob { before: &'s [u8], after: &'s [u8], any_port: bool },
    /// Any extension with this scheme.
    Extension(ExtensionScheme),
}

#[cfg(feature = "explain")]
impl ConfiguredPattern<'_> {
    /// The pattern as it is written in a policy.
    pub(crate) fn written(self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (text, any_port) = match self {
            ConfiguredPattern::Exact { origin, any_port } => (text(origin), any_port),
            ConfiguredPattern::Below { scheme, after, any_port } => (format!("{scheme}://*{}", text(after)), any_port),
            ConfiguredPattern::Glob { before, after, any_port } => {
                (format!("{}*{}", text(before), text(after)), any_port)
            }
            ConfiguredPattern::Extension(scheme) => (format!("{}://*", scheme.as_str()), false),
        };
        if any_port { format!("{text}:*") } else { text }
    }
}

/// The `*.` patterns of one scheme, by the text after the `*`.
#[derive(Debug)]
struct Below {
    exact_port: StringSet,
    any_port: StringSet,
    /// The lengths of the texts after the `*`, without a port: only ends of a host with these lengths are looked up.
    lengths: u64,
}

#[derive(Debug, Default)]
struct BelowBuilder {
    exact_port: Vec<String>,
    any_port: Vec<String>,
    lengths: u64,
}

impl BelowBuilder {
    fn build(self) -> Below {
        Below {
            exact_port: StringSet::new(self.exact_port),
            any_port: StringSet::new(self.any_port),
            lengths: self.lengths,
        }
    }
}

impl Below {
    fn is_empty(&self) -> bool {
        self.lengths == 0
    }

    #[inline(always)]
    fn matches(&self, origin: &Origin<'_>) -> bool {
        let mut lengths = self.lengths;
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            let Some(start) = origin.host.len().checked_sub(length) else { return false };
            if self.matches_from(origin, start) {
                return true;
            }
            if length == LONGEST {
                return self.matches_before(*origin, start);
            }
            lengths &= lengths - 1;
        }
        false
    }

    /// Whether the end of the origin, from any byte of its host before this one, is that of a pattern.
    #[cold]
    #[inline(never)]
    fn matches_before(&self, origin: Origin<'_>, end: usize) -> bool {
        (0..end).any(|start| self.matches_from(&origin, start))
    }

    /// Whether the end of the origin, from this byte of its host, is that of a pattern.
    #[inline(always)]
    fn matches_from(&self, origin: &Origin<'_>, start: usize) -> bool {
        let host_start = origin.scheme.len() + "://".len();
        origin.host.get(start) == Some(&b'.') && self.matches_tail(origin, host_start + start)
    }

    /// Whether the end of the origin, from this byte, is that of a pattern.
    #[inline(always)]
    fn matches_tail(&self, origin: &Origin<'_>, from: usize) -> bool {
        origin.text.get(from..).is_some_and(|tail| self.exact_port.contains(tail))
            || origin.without_port().get(from..).is_some_and(|tail| self.any_port.contains(tail))
    }
}

/// The longest ends share one bit, so an end of any such length is looked up.
const LONGEST: usize = 63;

fn length_bit(length: usize) -> u64 {
    1 << length.min(LONGEST)
}

/// One label glob: fixed text, one or more of `[a-z0-9-]`, fixed text.
#[derive(Debug)]
struct Glob {
    before: Box<[u8]>,
    after: Box<[u8]>,
    any_port: bool,
    /// The offset at which the label with the `*` begins.
    label: usize,
}

impl Glob {
    fn new(before: &str, after: &str, any_port: bool) -> Self {
        let label = before.rfind(['.', '/']).map_or(0, |index| index + 1);
        Glob { before: before.as_bytes().into(), after: after.as_bytes().into(), any_port, label }
    }

    fn matches(&self, origin: &Origin<'_>) -> bool {
        let text = if self.any_port { origin.without_port() } else { origin.text };
        let Some(rest) = text.strip_prefix(&*self.before) else { return false };
        let Some(middle) = rest.strip_suffix(&*self.after) else { return false };
        // A label of punycode means a different name from the one that its letters show.
        !middle.is_empty()
            && middle.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.get(self.label..).is_some_and(|label| label.starts_with(b"xn--"))
    }
}
