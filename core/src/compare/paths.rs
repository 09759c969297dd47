//! The pairs of routes, one from each policy, that apply to the same path.
//!
//! Which route applies to a path depends only on which routes match it. Take one route of each
//! policy, and all paths of the same length that both match. In one of these paths, the values of
//! all parameters occur in no route, so every route that matches this path also matches the other
//! paths. If a more specific route is chosen for this path, one is chosen for the other paths too.
//! So it is enough to try one such path for each pair of routes and each length.

use crate::compare::changes::Paths;
use crate::config::settings::{Segment, written_path};
use crate::decide::policy::Policy;
use crate::limits::ROUTE_SEGMENTS;
use crate::paths::RouteChoice;
use crate::paths::tree::Routes;
use std::collections::{BTreeMap, HashSet};

/// Some paths, with the routes that they have in both policies.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) paths: Paths,
    /// One of the paths.
    pub(crate) requested: String,
    pub(crate) old: RouteChoice,
    pub(crate) new: RouteChoice,
}

/// The most pairs of routes that are checked for a common path. Beyond that, only the paths of single
/// routes are tried.
const MOST_PAIRS: usize = 100_000;

/// Every pair of routes that have a path in common, each once.
pub(crate) fn meetings(old: &Policy, new: &Policy) -> Vec<Meeting> {
    let (old_routes, new_routes) = (routes(old), routes(new));
    if old_routes.is_none() && new_routes.is_none() {
        let (old, new) = (RouteChoice::TopLevel, RouteChoice::TopLevel);
        return vec![Meeting { paths: Paths::All, requested: "/".to_owned(), old, new }];
    }
    let (old_written, new_written) = (written(old_routes), written(new_routes));
    let (old_paths, new_paths): (Vec<_>, Vec<_>) = (old_written.values().collect(), new_written.values().collect());
    let longest = old_paths.iter().chain(&new_paths).map(|path| path.len()).max().unwrap_or(0);
    let filler = Filler::unlike(old_paths.iter().chain(&new_paths).copied());
    let mut meetings = Vec::new();
    let mut seen = HashSet::new();
    let mut visit = |path: &[Segment], shown: &[Segment]| {
        let requested = filler.path(path);
        let (old, new) = (choice(old_routes, &requested), choice(new_routes, &requested));
        if seen.insert((old, new)) {
            let both = match (path_of(&old_written, old), path_of(&new_written, new)) {
                (Some(old), Some(new)) => intersection(old, new),
                (old, new) => old.or(new).map(<[_]>::to_vec),
            };
            let paths = match both {
                Some(path) => Paths::Route(written_path(&path)),
                None if (old, new) == (RouteChoice::TopLevel, RouteChoice::TopLevel) => Paths::WithoutRoute,
                None => Paths::Route(written_path(shown)),
            };
            meetings.push(Meeting { paths, requested, old, new });
        }
    };
    for path in old_paths.iter().chain(&new_paths) {
        visit_lengths(path, longest, &mut visit);
    }
    visit_lengths(&[Segment::Rest], longest, &mut visit);
    let pairs = old_paths.iter().flat_map(|old| new_paths.iter().map(move |new| (*old, *new)));
    for (old, new) in pairs.take(MOST_PAIRS) {
        if let Some(both) = intersection(old, new) {
            visit_lengths(&both, longest, &mut visit);
        }
    }
    meetings
}

/// Visits a path, with every number of segments for `{*rest}` that can make a difference.
fn visit_lengths(path: &[Segment], longest: usize, visit: &mut impl FnMut(&[Segment], &[Segment])) {
    match path.split_last() {
        Some((Segment::Rest, before)) => {
            // The longest comes first, because it is the path for which such a route is usually
            // written.
            for length in (before.len()..=longest + 1).rev() {
                let mut filled = before.to_vec();
                filled.resize(length, Segment::Any);
                visit(&filled, path);
            }
        }
        _ => visit(path, path),
    }
}

fn routes(policy: &Policy) -> Option<&Routes> {
    policy.routes.as_ref().map(|routes| &routes.paths)
}

fn choice(routes: Option<&Routes>, path: &str) -> RouteChoice {
    routes.map_or(RouteChoice::TopLevel, |routes| routes.choose(Some(path.as_bytes()), false))
}

/// The path of the chosen route.
fn path_of(written: &Written, choice: RouteChoice) -> Option<&[Segment]> {
    match choice {
        RouteChoice::Route(index) => written.get(&index).map(Vec::as_slice),
        RouteChoice::TopLevel | RouteChoice::Ambiguous => None,
    }
}

/// The paths of routes, by the indexes of the routes.
type Written = BTreeMap<u32, Vec<Segment>>;

/// The paths of all routes, as segments.
fn written(routes: Option<&Routes>) -> Written {
    let mut paths = Written::new();
    if let Some(routes) = routes {
        collect(routes, 0, &mut Vec::new(), &mut paths);
    }
    paths
}

/// Collects the paths below a node. Paths have at most `ROUTE_SEGMENTS` segments, which limits the
/// depth of the recursion.
fn collect(routes: &Routes, node: u32, before: &mut Vec<Segment>, paths: &mut Written) {
    let Some(node) = routes.node(node).filter(|_| before.len() <= ROUTE_SEGMENTS) else { return };
    if let Some(route) = node.here {
        paths.insert(route, before.clone());
    }
    if let Some(route) = node.rest {
        paths.insert(route, before.iter().cloned().chain([Segment::Rest]).collect());
    }
    let literals = node.literals().map(|(text, next)| (Segment::Literal(text), next));
    for (segment, next) in literals.chain(node.any.map(|next| (Segment::Any, next))) {
        before.push(segment);
        collect(routes, next, before, paths);
        before.pop();
    }
}

/// A path for a route that would match exactly what both of these match; none if they have nothing in
/// common.
fn intersection(one: &[Segment], other: &[Segment]) -> Option<Vec<Segment>> {
    match (one.split_first(), other.split_first()) {
        (None, None) => Some(Vec::new()),
        (Some((Segment::Rest, _)), _) => Some(other.to_vec()),
        (_, Some((Segment::Rest, _))) => Some(one.to_vec()),
        (Some((one, ones)), Some((other, others))) => {
            let first = match (one, other) {
                (Segment::Literal(one), Segment::Literal(other)) if one != other => return None,
                (Segment::Literal(_), _) => one,
                (_, _) => other,
            };
            let mut both = vec![first.clone()];
            both.extend(intersection(ones, others)?);
            Some(both)
        }
        _ => None,
    }
}

/// A segment that occurs in no route.
struct Filler(String);

impl Filler {
    fn unlike<'p>(paths: impl Iterator<Item = &'p Vec<Segment>>) -> Self {
        let literals: HashSet<&str> = paths
            .flatten()
            .filter_map(|segment| match segment {
                Segment::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let mut filler = "x".to_owned();
        while literals.contains(filler.as_str()) {
            filler.push('x');
        }
        Filler(filler)
    }

    /// A path of this form, with the filler as each parameter.
    fn path(&self, path: &[Segment]) -> String {
        let filled = path.iter().map(|segment| match segment {
            Segment::Any | Segment::Rest => Segment::Literal(self.0.clone()),
            literal => literal.clone(),
        });
        written_path(&filled.collect::<Vec<_>>())
    }
}
