//! Explaining an exchange.

mod explanation;

pub use explanation::{EngineExplanation, Explanation, Finding, FindingSeverity, NearMiss, PolicyPlace};
