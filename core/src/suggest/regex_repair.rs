//! Changes to the text of a regex that may turn it into what its author meant. The result may still be wrong. It is a
//! candidate, which `regex.rs` tests.

use crate::origins::regex::Regex;
use crate::suggest::regex_marks::without_marks;
use crate::suggest::regex_pieces::{PieceKind, plain};
use crate::suggest::regex_tail::{cut_default_port, cut_tail, inside_groups, open_port};
use regex_syntax::ast::{AssertionKind, Ast, Flag, Flags, FlagsItemKind, GroupKind, LiteralKind, RepetitionKind, Span};

/// The changes to make. Anchors at the ends are always removed, and written around the whole regex.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repairs {
    /// Bare dots are escaped.
    pub(crate) dots: bool,
    /// A slash, a path or anything else at the end is removed.
    pub(crate) tail: bool,
    /// A missing scheme is added.
    pub(crate) scheme: bool,
    /// Upper case is changed to lower case.
    pub(crate) case: bool,
    /// The scheme's default port is removed.
    pub(crate) default_port: bool,
    /// Marks of regexes in other programs are removed: `/…/`, `~`, quotes, doubled backslashes.
    pub(crate) marks: bool,
    /// The part directly before a literal in the first label is changed so that it ends in a dot.
    pub(crate) glue: bool,
}

/// A regex without anchors at its ends, and the flags that apply to all of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) flags: String,
    /// Whether it had an anchor, and how many branches it has.
    pub(crate) anchored: bool,
    pub(crate) branches: usize,
}

/// The repaired text of a regex. `anywhere` says that without anchors, it is searched for anywhere in an origin.
pub(crate) fn repaired(source: &str, anywhere: bool, repairs: Repairs) -> Option<Body> {
    let mut source = if repairs.marks { without_marks(source) } else { source.to_owned() };
    if repairs.dots {
        source = with_dots_escaped(&source, &Regex::parse(&source).ok()?.ast);
    }
    if repairs.case {
        source = in_lower_case(&source, &Regex::parse(&source).ok()?.ast);
    }
    let ast = Regex::parse(&source).ok()?.ast;
    let mut split = Split { source: &source, flags: String::new(), branches: Vec::new(), anchored: false };
    split.branches_of(&ast, Ends { start: !anywhere, end: !anywhere })?;
    let branches: Option<Vec<String>> = split.branches.iter().map(|branch| branch.repaired(repairs)).collect();
    let branches = branches?;
    let text = branches.join("|");
    Some(Body { text, flags: split.flags, anchored: split.anchored, branches: branches.len() })
}

/// Escapes each dot that matches any character.
fn with_dots_escaped(source: &str, ast: &Ast) -> String {
    let mut escaped = String::with_capacity(source.len() + 8);
    let mut dots = Vec::new();
    find_dots(ast, &mut dots);
    let mut from = 0;
    for dot in dots {
        escaped.push_str(source.get(from..dot).unwrap_or_default());
        escaped.push('\\');
        from = dot;
    }
    escaped.push_str(source.get(from..).unwrap_or_default());
    escaped
}

/// The regex without groups around the whole of it: `(.)*` is `.*`.
fn ungrouped(mut ast: &Ast) -> &Ast {
    while let Ast::Group(group) = ast {
        ast = &group.ast;
    }
    ast
}

/// Offsets of the dots that are not repeated by themselves: `(www.)?` has one.
fn find_dots(ast: &Ast, dots: &mut Vec<usize>) {
    match ast {
        Ast::Dot(span) => dots.push(span.start.offset),
        Ast::Repetition(repetition) if !matches!(ungrouped(&repetition.ast), Ast::Dot(_)) => {
            find_dots(&repetition.ast, dots)
        }
        Ast::Group(group) => find_dots(&group.ast, dots),
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| find_dots(ast, dots)),
        Ast::Concat(concat) => concat.asts.iter().for_each(|ast| find_dots(ast, dots)),
        _ => {}
    }
}

fn in_lower_case(source: &str, ast: &Ast) -> String {
    fn find(ast: &Ast, found: &mut Vec<usize>) {
        match ast {
            Ast::Literal(literal) if literal.kind == LiteralKind::Verbatim && literal.c.is_ascii_uppercase() => {
                found.push(literal.span.start.offset);
            }
            Ast::Repetition(repetition) => find(&repetition.ast, found),
            Ast::Group(group) => find(&group.ast, found),
            Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| find(ast, found)),
            Ast::Concat(concat) => concat.asts.iter().for_each(|ast| find(ast, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    find(ast, &mut found);
    let lower =
        |(index, c): (usize, char)| if found.binary_search(&index).is_ok() { c.to_ascii_lowercase() } else { c };
    source.char_indices().map(lower).collect()
}

/// Which ends are anchored by the surrounding parts.
#[derive(Clone, Copy)]
struct Ends {
    start: bool,
    end: bool,
}

/// A regex, split into its branches.
struct Split<'s> {
    source: &'s str,
    flags: String,
    branches: Vec<Branch<'s>>,
    anchored: bool,
}

/// One alternative at the top.
struct Branch<'s> {
    pieces: Vec<Piece<'s>>,
    ends: Ends,
}

struct Piece<'s> {
    text: &'s str,
    kind: PieceKind,
}

impl<'s> Split<'s> {
    /// The parser limits the nesting.
    fn branches_of(&mut self, ast: &Ast, mut ends: Ends) -> Option<()> {
        match ast {
            Ast::Alternation(alternation) => alternation.asts.iter().try_for_each(|ast| self.branches_of(ast, ends)),
            Ast::Group(group) => {
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.add_flags(flags)?;
                }
                self.branches_of(&group.ast, ends)
            }
            Ast::Concat(concat) => {
                let mut asts = concat.asts.as_slice();
                while let Some((first, rest)) = asts.split_first() {
                    match first {
                        Ast::Flags(set) => self.add_flags(&set.flags)?,
                        first if is_start(first) => ends.start = true,
                        _ => break,
                    }
                    self.anchored |= is_start(first);
                    asts = rest;
                }
                while let Some((last, rest)) = asts.split_last().filter(|(last, _)| is_end(last)) {
                    self.anchored |= is_end(last);
                    ends.end = true;
                    asts = rest;
                }
                if let [Ast::Group(_)] = asts {
                    return asts.iter().try_for_each(|ast| self.branches_of(ast, ends));
                }
                self.add(asts, ends)
            }
            other => self.add(std::slice::from_ref(other), ends),
        }
    }

    fn add(&mut self, asts: &[Ast], ends: Ends) -> Option<()> {
        let source = self.source;
        let pieces: Option<Vec<Piece<'s>>> =
            asts.iter().map(|ast| slice(source, ast.span()).map(|text| Piece { text, kind: kind_of(ast) })).collect();
        self.branches.push(Branch { pieces: pieces?, ends });
        Some(())
    }

    /// Flags that change only case and dots can be written before the whole regex.
    fn add_flags(&mut self, flags: &Flags) -> Option<()> {
        for item in &flags.items {
            let flag = match item.kind {
                FlagsItemKind::Flag(Flag::CaseInsensitive) => 'i',
                FlagsItemKind::Flag(Flag::DotMatchesNewLine) => 's',
                _ => return None,
            };
            // It would also apply to the branches before it.
            if !self.branches.is_empty() {
                return None;
            }
            if !self.flags.contains(flag) {
                self.flags.push(flag);
            }
        }
        Some(())
    }
}

fn slice<'s>(source: &'s str, span: &Span) -> Option<&'s str> {
    source.get(span.start.offset..span.end.offset)
}

fn is_start(ast: &Ast) -> bool {
    matches!(ast, Ast::Assertion(assertion) if matches!(assertion.kind, AssertionKind::StartLine | AssertionKind::StartText))
}

fn is_end(ast: &Ast) -> bool {
    matches!(ast, Ast::Assertion(assertion) if matches!(assertion.kind, AssertionKind::EndLine | AssertionKind::EndText))
}

fn kind_of(ast: &Ast) -> PieceKind {
    match ast {
        Ast::Literal(literal) => PieceKind::Literal(literal.c),
        Ast::Repetition(repetition) => {
            let is_open = matches!(repetition.op.kind, RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore);
            match ungrouped(&repetition.ast) {
                Ast::Dot(_) if is_open => PieceKind::AnyRun,
                Ast::ClassBracketed(_) | Ast::ClassPerl(_) if is_open => PieceKind::Run,
                _ => PieceKind::Other,
            }
        }
        _ => PieceKind::Other,
    }
}

impl Branch<'_> {
    fn repaired(&self, repairs: Repairs) -> Option<String> {
        let host = self.host_index();
        let mut host_pieces: Vec<(String, PieceKind)> =
            self.pieces.iter().skip(host.unwrap_or(0)).map(|piece| (piece.text.to_owned(), piece.kind)).collect();
        let mut scheme: String = self.pieces.iter().take(host.unwrap_or(0)).map(|piece| piece.text).collect();
        let mut cut_any = false;
        if repairs.tail {
            cut_any = cut_tail(&mut host_pieces)?;
            open_port(&mut host_pieces);
        }
        if repairs.scheme && host.is_none() {
            cut_lead(&mut host_pieces);
        }
        let loopback = is_loopback(&plain(&host_pieces));
        if repairs.scheme && host.is_none() {
            // A regex that is searched for anywhere may have more text before it, unless it is an address.
            let more = !self.ends.start && !loopback;
            lead_in(&mut host_pieces, more);
            scheme = if loopback { "http://".into() } else { "https://".into() };
        }
        if repairs.scheme
            && let Some(group) = optional_scheme(&scheme)
        {
            scheme = group.to_owned();
        }
        // Servers on one machine differ in their port, so an open end is read as a port.
        if loopback && (cut_any || !self.ends.end) && !has_port(&plain(&host_pieces)) {
            host_pieces.push(("(:[0-9]+)?".into(), PieceKind::Other));
        }
        if repairs.default_port {
            cut_default_port(&mut host_pieces, &scheme);
        }
        if repairs.glue {
            unglue(&mut host_pieces);
        }
        let host: String = host_pieces.into_iter().map(|(text, _)| text).collect();
        (!host.is_empty()).then(|| format!("{scheme}{host}"))
    }

    /// The start of the host, if the branch has a scheme.
    fn host_index(&self) -> Option<usize> {
        let mut text = String::new();
        self.pieces
            .iter()
            .position(|piece| {
                text.push_str(&piece.text.replace('\\', ""));
                text.contains("//")
            })
            .map(|index| index + 1)
    }
}

fn has_port(host: &str) -> bool {
    host.replace("[::1]", "").replace("(?:", "(").contains(':')
}

fn is_loopback(host: &str) -> bool {
    let host = inside_groups(host).trim_start_matches('(');
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|name| host.starts_with(name))
}

/// The group of a scheme that may be left out: `(https?://)?`.
fn optional_scheme(scheme: &str) -> Option<&str> {
    scheme.strip_suffix('?').filter(|group| group.starts_with('(') && group.ends_with(')'))
}

/// Whether a regex lets the scheme be left out.
pub(crate) fn has_optional_scheme(source: &str) -> bool {
    let mut split = Split { source, flags: String::new(), branches: Vec::new(), anchored: false };
    let Ok(regex) = Regex::parse(source) else { return false };
    let read = split.branches_of(&regex.ast, Ends { start: true, end: true });
    read.is_some()
        && split.branches.iter().any(|branch| {
            let scheme = branch.pieces.iter().take(branch.host_index().unwrap_or(0)).map(|piece| piece.text);
            optional_scheme(&scheme.collect::<String>()).is_some()
        })
}

/// Anything before the name of this machine is its scheme: `.*localhost`.
fn cut_lead(pieces: &mut Vec<(String, PieceKind)>) {
    if let Some(([(_, PieceKind::AnyRun)], rest)) = pieces.split_at_checked(1)
        && is_loopback(&plain(rest))
    {
        pieces.remove(0);
    }
}

/// Adds what a host without a scheme needs at its beginning.
fn lead_in(pieces: &mut Vec<(String, PieceKind)>, more: bool) {
    let lead = match pieces.first().map(|(_, kind)| *kind) {
        Some(PieceKind::Literal('.')) => ".+",
        Some(PieceKind::Literal(_) | PieceKind::Other) if more => "(.+\\.)?",
        _ => return,
    };
    pieces.insert(0, (lead.into(), PieceKind::Other));
}

/// `.*example` matches every name with this end. It becomes `(.+\.)?example`, which matches the name itself and
/// names below it.
fn unglue(pieces: &mut [(String, PieceKind)]) {
    let Some([(run, kind), (_, next), ..]) = pieces.get_mut(..) else { return };
    if matches!(kind, PieceKind::AnyRun | PieceKind::Run)
        && matches!(next, PieceKind::Literal(c) if c.is_ascii_alphanumeric())
    {
        let once = run.trim_end_matches('?').trim_end_matches(['*', '+']);
        *run = format!("({once}+\\.)?");
        *kind = PieceKind::Other;
    }
}
