//! Origin regexes: matched against the whole origin, in linear time, without allocating.
//!
//! Each becomes a dense DFA with a maximum size, which is built once. The checks that protect credentials are
//! in `regex_host_end.rs`.

use crate::issues::messages::regex_syntax::NotPortable;
use crate::limits::{COMPILED_REGEX_BYTES, REGEX_BYTES, REGEX_NESTING};
use crate::origins::automaton::{Dfa, Impossible};
use crate::origins::regex_host_end::{self, Ends};
use crate::origins::regex_portability;
use regex_syntax::ast::{self, Ast, ErrorKind, Span};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{self, Hir, Look};

/// The maximum size of a compiled regex that is only used for a help.
const MAX_HELP: usize = 24 << 10;

/// The compiled regexes of a policy.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    dfas: Vec<Dfa>,
    memory: usize,
}

impl Regexes {
    pub(crate) fn is_empty(&self) -> bool {
        self.dfas.is_empty()
    }

    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    #[cfg(feature = "explain")]
    pub(crate) fn dfas(&self) -> &[Dfa] {
        &self.dfas
    }

    /// Whether one of them matches the whole origin.
    pub(crate) fn matches(&self, origin: &[u8]) -> bool {
        self.dfas.iter().any(|dfa| dfa.matches(origin))
    }

    pub(crate) fn add(&mut self, dfa: Dfa) {
        self.memory += dfa.memory() + size_of_val(&dfa);
        self.dfas.push(dfa);
    }
}

/// Why a text cannot be used as a regex.
#[derive(Debug)]
pub(crate) enum Unusable {
    TooLong,
    /// The parser stopped at this place.
    Unparsable(ErrorKind, Span),
    /// The regex parses, but it matches characters that no origin has, or uses something that core does not
    /// support.
    Untranslatable(Span),
    /// A regular expression object contains something that the program's language reads in another way.
    ReadDifferently(NotPortable),
    TooLarge,
    /// The regex contains something that no automaton can decide.
    Undecidable,
}

/// The reasons why a regex may match more origins than it seems to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// A dot that matches any character.
    BareDot,
    /// The end of the host is not fixed.
    OpenHost,
    /// Names directly below this one are allowed, and anyone can register them.
    PublicSuffix(String),
}

/// A regex that parses, and the finding in it.
#[derive(Debug)]
pub(crate) struct Regex {
    pub(crate) ast: Ast,
    pub(crate) hir: Hir,
    pub(crate) finding: Option<Finding>,
}

impl Regex {
    /// Parses a regex, with ASCII classes only: origins are ASCII.
    pub(crate) fn parse(source: &str) -> Result<Self, Unusable> {
        if source.len() > REGEX_BYTES {
            return Err(Unusable::TooLong);
        }
        let (ast, hir) = parse(source)?;
        // Only one finding is reported, because escaping the dot often fixes the end of the host as well.
        let finding = if !bare_dots(&ast).is_empty() {
            Some(Finding::BareDot)
        } else {
            match regex_host_end::ends(&hir) {
                Ends::Open => Some(Finding::OpenHost),
                Ends::PublicSuffix(name) => Some(Finding::PublicSuffix(name)),
                Ends::Fixed(_) => None,
            }
        };
        Ok(Regex { ast, hir, finding })
    }

    /// Whether its source anchors it at both ends.
    pub(crate) fn is_anchored(&self) -> bool {
        let properties = self.hir.properties();
        properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End)
    }

    /// Compiles it to be matched against a whole text.
    pub(crate) fn compile(&self) -> Result<Dfa, Unusable> {
        compile(&self.hir, COMPILED_REGEX_BYTES)
    }

    /// Compiles it for a help, either as core matches it, or as the program's language does, which searches for it
    /// anywhere in a text.
    pub(crate) fn compile_for_help(&self, anywhere: bool) -> Option<Dfa> {
        let hir = self.hir.clone();
        let around = || {
            let sub = Box::new(Hir::dot(hir::Dot::AnyByte));
            Hir::repetition(hir::Repetition { min: 0, max: None, greedy: true, sub })
        };
        compile(&if anywhere { Hir::concat(vec![around(), hir, around()]) } else { hir }, MAX_HELP).ok()
    }
}

fn compile(hir: &Hir, most: usize) -> Result<Dfa, Unusable> {
    Dfa::new(hir, most).map_err(|error| match error {
        Impossible::TooLarge => Unusable::TooLarge,
        Impossible::Undecidable => Unusable::Undecidable,
    })
}

/// Checks the source of a regular expression object. The program's language must read it in the same way.
pub(crate) fn check_regexp(source: &str) -> Result<(), Unusable> {
    if source.len() > REGEX_BYTES {
        return Err(Unusable::TooLong);
    }
    let (ast, _) = parse(source)?;
    regex_portability::read_differently(&ast).map_or(Ok(()), |what| Err(Unusable::ReadDifferently(what)))
}

fn parse(source: &str) -> Result<(Ast, Hir), Unusable> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(REGEX_NESTING)
        .build()
        .parse(source)
        .map_err(|error| Unusable::Unparsable(error.kind().clone(), *error.span()))?;
    let hir = TranslatorBuilder::new()
        .utf8(false)
        .unicode(false)
        .build()
        .translate(source, &ast)
        .map_err(|error| Unusable::Untranslatable(*error.span()))?;
    Ok((ast, hir))
}

/// Offsets of the dots that are neither escaped nor under a repetition.
pub(crate) fn bare_dots(ast: &Ast) -> Vec<usize> {
    let mut dots = Vec::new();
    find_bare_dots(ast, &mut dots);
    dots
}

/// The parser limits the nesting.
fn find_bare_dots(ast: &Ast, dots: &mut Vec<usize>) {
    match ast {
        Ast::Dot(span) => dots.push(span.start.offset),
        Ast::Group(group) => find_bare_dots(&group.ast, dots),
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| find_bare_dots(ast, dots)),
        Ast::Concat(concat) => concat.asts.iter().for_each(|ast| find_bare_dots(ast, dots)),
        _ => {}
    }
}
