//! Explaining an exchange: what a browser makes of it, everything that is wrong, and how to fix it.

mod captured;
mod cookies;
mod diagnose;
mod display;
mod evidence;
mod explanation;
mod failing;
mod messages;
mod near;
mod observed;
mod other_servers;
mod places;
mod policy_findings;
mod policy_server;

pub use crate::issues::finding_code::{FindingCode, FindingSeverity};
pub use captured::explain_captured;
pub use diagnose::{diagnose, explain_with};
pub use explanation::{EngineExplanation, Explanation, Finding, NearMiss, PolicyPlace};
