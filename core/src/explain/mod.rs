//! Explaining an exchange: how a browser handles it, everything that is wrong, and how to fix it.

mod attack;
mod captured;
mod console_codes;
mod console_context;
mod console_examples;
mod console_sentence;
mod console_template;
mod console_wordings;
mod cookies;
mod debug_log;
mod diagnose;
mod display;
mod evidence;
mod experiment;
mod explanation;
mod failing;
mod messages;
mod near;
mod observed;
mod other_servers;
mod places;
mod policy_findings;
mod policy_server;
mod topic;
mod wire_difference;

pub use crate::issues::finding_code::{FindingCode, FindingSeverity};
pub use attack::{attack_origins, observe_attacks, observe_cache, passing_preflight};
pub use captured::explain_captured;
pub use console_examples::{ConsoleExample, console_examples};
pub use console_sentence::{ConsoleSentence, network_error, read_console};
pub use debug_log::{DebugLog, is_debug_requested, is_debug_value};
pub use diagnose::{diagnose, explain_with};
pub use experiment::{Experiment, Observation, experiments, observe_experiments};
pub use explanation::{EngineExplanation, Explanation, Finding, NearMiss, PolicyChange, PolicyPlace};
pub use topic::Topic;
pub use wire_difference::{WireComparison, WireDifference, compare_with_wire};
