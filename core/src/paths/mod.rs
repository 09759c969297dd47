//! The paths of routes, and the route of a request's path.

pub(crate) mod lookup;
pub(crate) mod readings;
pub(crate) mod route_path;
pub(crate) mod segments;
pub(crate) mod tree;

/// The route of a request's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RouteChoice {
    /// Servers could assign the path to different routes.
    Ambiguous,
    /// No route has the path.
    TopLevel,
    /// The route with this index.
    Route(u32),
}

impl From<Option<u32>> for RouteChoice {
    fn from(route: Option<u32>) -> Self {
        route.map_or(RouteChoice::TopLevel, RouteChoice::Route)
    }
}

/// Servers could assign the path to different routes, or a limit was reached before that was clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous;
