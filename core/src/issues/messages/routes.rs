//! Routes and their paths.

use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::issues::messages::settings::path_example;
use crate::issues::messages::suggestions::write_text;
use crate::limits::{ROUTE_PATH_BYTES, ROUTE_SEGMENTS};
use crate::printable::printable;

pub(crate) fn missing_path(notation: Notation) -> Fault {
    Fault::new(
        Code::MissingPath,
        "the route has no path",
        format!("give it a path, as in `{}`", path_example(notation)),
    )
}

/// A path that another route has; `other` is the field of that route.
pub(crate) fn duplicate_route(other: &str) -> Fault {
    Fault::new(
        Code::DuplicateRoute,
        format!(
            "the path is the same as that of `{other}`: case, the names of parameters and a slash at the end make no \
             difference"
        ),
        format!("merge the two routes, or give this one a path other than that of `{other}`"),
    )
}

/// The reason why a text is not the path of a route.
#[derive(Clone, Debug)]
pub(crate) enum PathFlaw<'p> {
    NoSlash,
    TooLong,
    SegmentsAfterRest,
    TooManySegments,
    /// The name of two parameters.
    SameName(&'p str),
    EmptySegment,
    Segment(&'p str, SegmentFlaw),
}

/// The reason why a text is not one segment of a path.
#[derive(Clone, Debug)]
pub(crate) enum SegmentFlaw {
    Parameter,
    Dots,
    Wildcard,
    Escape,
    QueryOrFragment,
    MixedParameter,
    Semicolon,
    RegexOrList,
    /// A parameter of another router, and its name.
    ForeignParameter(String),
    EscapedCharacters,
}

/// A text that is not the path of a route. The suggestion is a path.
pub(crate) fn not_a_path(text: &str, flaw: PathFlaw<'_>, suggestion: Option<&str>) -> Fault {
    let shown = printable(text);
    let (message, help) = match flaw {
        PathFlaw::NoSlash => (
            format!("`{shown}` does not begin with a slash, but the path of a route has to"),
            "write a path, as in `/public/{*rest}`".to_owned(),
        ),
        PathFlaw::TooLong => (
            format!("the path is longer than {ROUTE_PATH_BYTES} bytes"),
            "write its beginning, followed by `{*rest}`".to_owned(),
        ),
        PathFlaw::SegmentsAfterRest => (
            format!("`{shown}` has segments after `{{*…}}`, which already matches everything that follows"),
            "write `{name}` for one segment, and `{*rest}` only at the end".to_owned(),
        ),
        PathFlaw::TooManySegments => (
            format!("`{shown}` has more than {ROUTE_SEGMENTS} segments"),
            "write the first ones, followed by `{*rest}`".to_owned(),
        ),
        PathFlaw::SameName(name) => {
            (format!("`{shown}` has two parameters called `{name}`"), "give each parameter its own name".to_owned())
        }
        PathFlaw::EmptySegment => {
            (format!("`{shown}` has an empty segment"), "write one slash between segments".to_owned())
        }
        PathFlaw::Segment(segment, flaw) => {
            let (what, help) = explain(flaw);
            (format!("`{}` in `{shown}` {what}", printable(segment)), help)
        }
    };
    Fault::new(Code::RoutePath, message, suggestion.map_or(help, write_text))
}

fn explain(flaw: SegmentFlaw) -> (&'static str, String) {
    let (what, help) = match flaw {
        SegmentFlaw::ForeignParameter(name) => {
            return ("is a parameter in the style of another router", write_text(&format!("{{{name}}}")));
        }
        SegmentFlaw::Parameter => {
            ("is not a valid parameter", "write `{name}` for one segment, or `{*rest}` for all that follow")
        }
        SegmentFlaw::Dots => {
            ("is resolved by clients and servers before the route is chosen", "write the path that it leads to")
        }
        SegmentFlaw::Wildcard => {
            ("is not a wildcard here", "write `{name}` for one segment, or `{*rest}` for all that follow")
        }
        SegmentFlaw::Escape => {
            ("has an escape, which servers read differently", "write `{name}` for a segment that needs escapes")
        }
        SegmentFlaw::QueryOrFragment => ("has a query or a fragment, but a route is a path", "write only the path"),
        SegmentFlaw::MixedParameter => ("mixes a parameter with other text", "write `{name}` for the whole segment"),
        SegmentFlaw::Semicolon => (
            "has a semicolon, which some servers cut off together with what follows it",
            "write `{name}` for such a segment",
        ),
        SegmentFlaw::RegexOrList => {
            ("cannot be part of a path: a route is neither a regex nor a list", "write one route for each path")
        }
        SegmentFlaw::EscapedCharacters => (
            "has characters that are escaped in URLs, and servers read escapes differently",
            "write `{name}` for a segment that needs escapes",
        ),
    };
    (what, help.to_owned())
}
