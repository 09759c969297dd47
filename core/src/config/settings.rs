//! A configuration that has been read: its types are right, but its values are not checked yet.

pub(crate) use crate::config::list::{At, Entry, List, PredicateOf};
pub(crate) use crate::config::settings_table::{ProtectionSettings, Settings};
use std::sync::Arc;

/// The settings of the top level, and each route's.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) settings: Settings,
    pub(crate) routes: Vec<RouteSettings>,
}

/// A route: its path, unless that could not be read, and its settings merged into those of the top level.
#[derive(Debug)]
pub(crate) struct RouteSettings {
    pub(crate) field: String,
    pub(crate) path: Option<Vec<Segment>>,
    /// The path and the settings that are written in the route, which explanations name.
    #[cfg(feature = "explain")]
    pub(crate) written: WrittenRoute,
    pub(crate) settings: Settings,
}

/// The settings that are written in a route.
#[cfg(feature = "explain")]
#[derive(Debug, Default)]
pub(crate) struct WrittenRoute {
    pub(crate) path: String,
    pub(crate) settings: Vec<crate::config::settings_table::Setting>,
}

/// One segment of a route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// This text, in lower case.
    Literal(String),
    /// `{name}`: one segment.
    Any,
    /// `{*name}`: all following segments, or none.
    Rest,
}

/// A path as a policy writes it, with other parameter names.
pub(crate) fn written_path(path: &[Segment]) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Any => "/{name}".to_owned(),
        Segment::Rest => "/{*rest}".to_owned(),
    };
    if path.is_empty() { "/".to_owned() } else { path.iter().map(segment).collect() }
}

impl Settings {
    /// The protection, if any of it is on.
    pub(crate) fn protection(&self) -> Option<&Arc<ProtectionSettings>> {
        self.protection.as_ref().filter(|protection| protection.writes || protection.websockets)
    }
}
