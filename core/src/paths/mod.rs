//! Paths: the tree of routes, and the readings that servers give to one path.

pub(crate) mod lookup;
pub(crate) mod readings;
pub(crate) mod route_path;
pub(crate) mod segments;
pub(crate) mod tree;
