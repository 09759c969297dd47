//! A policy that is swapped while requests run, and a policy file that is watched.

pub mod reloadable;
pub mod watch;
