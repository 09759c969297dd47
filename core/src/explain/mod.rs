//! Explaining an exchange.

mod diagnose;
mod explanation;

pub use diagnose::diagnose;
pub use explanation::{EngineExplanation, Explanation, Finding, FindingSeverity, NearMiss, PolicyPlace};
