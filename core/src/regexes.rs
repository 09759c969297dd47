//! Origin regexes: matched against the whole origin, in linear time, without allocating.
//!
//! Each becomes a dense DFA, built once and capped in size. What protects credentials stands in `regex_bound`.

use crate::catalog::Code;
use crate::error::{Fault, printable, write_this};
use crate::{regex_bound, regex_host};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input};
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Hir, Look};

/// The longest source that is read, in bytes.
const MAX_SOURCE: usize = 4096;
const TOO_LONG: &str = "the regex is longer than 4 KiB";
/// The most that one compiled regex may take, in bytes. Together with their number it bounds what a look-up costs.
const MAX_ONE: usize = 256 << 10;
/// How many regexes a policy may have.
pub(crate) const MAX_REGEXES: usize = 256;
/// Nesting of groups.
const MAX_NEST: u32 = 64;

/// The compiled regexes of a policy.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    dfas: Vec<dense::DFA<Vec<u32>>>,
    memory: usize,
}

impl Regexes {
    pub(crate) fn is_empty(&self) -> bool {
        self.dfas.is_empty()
    }

    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// Whether one of them matches the whole origin.
    pub(crate) fn matches(&self, origin: &[u8]) -> bool {
        self.dfas.iter().any(|dfa| {
            let input = Input::new(origin).anchored(Anchored::Yes);
            matches!(dfa.try_search_fwd(&input), Ok(Some(_)))
        })
    }

    /// Compiles a parsed regex and adds it.
    pub(crate) fn add(&mut self, regex: &Regex) -> Result<(), Fault> {
        let dfa = regex.compile()?;
        self.memory += dfa.memory_usage() + size_of_val(&dfa);
        self.dfas.push(dfa);
        Ok(())
    }
}

/// A regex that parses, and what was found in it.
#[derive(Debug)]
pub(crate) struct Regex {
    hir: Hir,
    /// Found where it may let in more origins than it seems to: an error with credentials, else a lint.
    pub(crate) finding: Option<Fault>,
}

impl Regex {
    /// Parses a regex, with ASCII classes only: origins are ASCII.
    pub(crate) fn parse(source: &str) -> Result<Self, Fault> {
        if source.len() > MAX_SOURCE {
            return Err(too_large_fault(TOO_LONG));
        }
        let (ast, hir) = parse(source)?;
        if hir.properties().minimum_len().is_none() {
            let message = format!("`{}` can match nothing", printable(source));
            return Err(Fault::new(Code::RegexMatchesNothing, message, "remove it, or write `[]` for `allow_origins`"));
        }
        // One at a time: a dot that is escaped may well fix the end of the host.
        let finding = if let Some(fault) = bare_dot(source, &ast) {
            Some(fault)
        } else if !regex_bound::is_bounded(&hir) {
            Some(regex_bound::fault(source))
        } else {
            None
        };
        Ok(Regex { hir, finding })
    }

    /// Whether it is anchored at both ends by itself.
    pub(crate) fn is_anchored(&self) -> bool {
        let properties = self.hir.properties();
        properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End)
    }

    fn compile(&self) -> Result<dense::DFA<Vec<u32>>, Fault> {
        let whole = Hir::concat(vec![Hir::look(Look::Start), self.hir.clone(), Hir::look(Look::End)]);
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_ONE)))
            .build_from_hir(&whole)
            .map_err(|error| uncompiled(error.size_limit().is_some(), &error))?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(MAX_ONE))
            .determinize_size_limit(Some(4 * MAX_ONE));
        dense::Builder::new()
            .configure(config)
            .build_from_nfa(&nfa)
            .map_err(|error| uncompiled(error.is_size_limit_exceeded(), &error))
    }
}

/// Checks the source of a regular expression object, which its own language has to read alike.
pub(crate) fn check_regexp(source: &str) -> Result<(), Fault> {
    if source.len() > MAX_SOURCE {
        return Err(too_large_fault(TOO_LONG));
    }
    let (ast, _) = parse(source)?;
    regex_host::check(source, &ast)
}

fn parse(source: &str) -> Result<(Ast, Hir), Fault> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NEST)
        .build()
        .parse(source)
        .map_err(|error| unparsable(source, error.kind(), error.span()))?;
    let hir = TranslatorBuilder::new()
        .utf8(false)
        .unicode(false)
        .build()
        .translate(source, &ast)
        .map_err(|error| unparsable(source, error.kind(), error.span()))?;
    Ok((ast, hir))
}

fn unparsable(source: &str, what: &dyn std::fmt::Display, span: &ast::Span) -> Fault {
    let message = format!("`{}` is no regex: {what} (at character {})", printable(source), span.start.column);
    let help = "write a regular expression without look-around and back-references, which cannot run in linear time, \
                or origin patterns such as `https://*.example.com` in `allow_origins`";
    Fault::new(Code::RegexSyntax, message, help)
}

fn uncompiled(too_large: bool, error: &dyn std::fmt::Display) -> Fault {
    if too_large {
        return too_large_fault("the regex compiles to more than 256 KiB");
    }
    Fault::new(
        Code::RegexSyntax,
        format!("the regex cannot be compiled: {error}"),
        "write it without what the message names",
    )
}

pub(crate) fn too_large_fault(message: &str) -> Fault {
    Fault::new(Code::RegexTooLarge, message, "write origin patterns in `allow_origins`, of which there may be millions")
}

fn bare_dot(source: &str, ast: &Ast) -> Option<Fault> {
    let mut dots = Vec::new();
    bare_dots(ast, &mut dots);
    if dots.is_empty() {
        return None;
    }
    let mut escaped = String::new();
    let mut from = 0;
    for dot in dots {
        escaped.push_str(source.get(from..dot).unwrap_or_default());
        escaped.push('\\');
        from = dot;
    }
    escaped.push_str(source.get(from..).unwrap_or_default());
    let message = format!("`{}` has a `.` that stands for any character", printable(source));
    Some(Fault::new(Code::RegexUnescapedDot, message, write_this(&escaped)))
}

/// Offsets of the dots that are neither escaped nor under a repetition. Nesting is bounded by the parser.
fn bare_dots(ast: &Ast, dots: &mut Vec<usize>) {
    match ast {
        Ast::Dot(span) => dots.push(span.start.offset),
        Ast::Group(group) => bare_dots(&group.ast, dots),
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| bare_dots(ast, dots)),
        Ast::Concat(concat) => concat.asts.iter().for_each(|ast| bare_dots(ast, dots)),
        _ => {}
    }
}
