//! The paths of routes become a tree. Two paths that differ only in case or in the names of parameters are
//! reported.

use crate::config::settings::{RouteSettings, written_path};
use crate::issues::issue::Issues;
use crate::issues::messages::routes::duplicate_route;
use crate::paths::tree::{Routes, RoutesBuilder};

/// Compiles the paths of the routes.
pub(crate) fn compile_routes(routes: &[RouteSettings], issues: &mut Issues) -> Routes {
    let mut builder = RoutesBuilder::default();
    for (index, route) in (0..).zip(routes) {
        let Some(path) = &route.path else { continue };
        let Err(other) = builder.add(path, index) else { continue };
        let other = routes.get(other as usize).map_or("", |route| &route.field);
        issues.error(format!("{}.path", route.field), written_path(path), duplicate_route(other));
    }
    builder.build()
}
