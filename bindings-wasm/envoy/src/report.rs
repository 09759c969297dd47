//! The reasons of decisions: in filter state for access logs, in a counter for each, and in Envoy's log.

use crate::plugin::PolicyInForce;
use corsac::binding::{printable, reason_to_log};
use corsac::{Decision, Reason, Request};
use proxy_wasm::hostcalls;
use proxy_wasm::types::{LogLevel, MetricType};
use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Access logs print these as `%FILTER_STATE(wasm.corsac.reason:PLAIN)%`: Envoy puts `wasm.` before the name.
const REASON: &str = "corsac.reason";
const REPORTED: &str = "corsac.reported";

/// Envoy's counters, one for each reason: `wasmcustom.corsac.origin-allowed`, `wasmcustom.corsac.reported.write-refused`.
///
/// A call to Envoy costs more than a decision, so decisions are counted here, and the counts are sent to Envoy
/// regularly.
pub(crate) struct Counters {
    reasons: Vec<Counter>,
    reported: Vec<Counter>,
}

/// One of Envoy's counters, and the number that has not been added to it yet.
struct Counter {
    /// `None` if there is no such counter.
    number: Option<u32>,
    pending: Cell<i64>,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let counters = |prefix: &str, is_counted: fn(Reason) -> bool| {
            let counter = |reason: &Reason| {
                let define =
                    || hostcalls::define_metric(MetricType::Counter, &format!("{prefix}.{}", reason.as_str())).ok();
                Counter { number: is_counted(*reason).then(define).flatten(), pending: Cell::new(0) }
            };
            Reason::ALL.iter().map(counter).collect()
        };
        Counters {
            reasons: counters("corsac", |_| true),
            reported: counters("corsac.reported", Reason::is_protection_refusal),
        }
    }

    /// Sends Envoy the counts since the last call.
    pub(crate) fn flush(&self) {
        for counter in self.reasons.iter().chain(&self.reported) {
            let pending = counter.pending.take();
            if let (Some(number), true) = (counter.number, pending > 0) {
                let _ = hostcalls::increment_metric(number, pending);
            }
        }
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        self.flush();
    }
}

fn count(counters: &[Counter], reason: Reason) {
    if let Some(counter) = counters.get(reason as usize) {
        counter.pending.set(counter.pending.get() + 1);
    }
}

/// Reports one decision.
pub(crate) fn report(in_force: &PolicyInForce, decision: &Decision<'_>, request: &Request<'_>) {
    let (reason, reported) = (decision.reason(), decision.reported());
    count(&in_force.counters.reasons, reason);
    let _ = hostcalls::set_property(vec![REASON], Some(reason.as_str().as_bytes()));
    if let Some(reported) = reported {
        count(&in_force.counters.reported, reported);
        let _ = hostcalls::set_property(vec![REPORTED], Some(reported.as_str().as_bytes()));
    }
    if let Some(refusal) = reason_to_log(decision.action(), reason, reported, request) {
        // A policy is meant to refuse requests, so only a refusal that was not carried out is a warning.
        let level = if reported.is_some() { LogLevel::Warn } else { LogLevel::Debug };
        log_refusal(level, refusal, request.origin);
    }
}

fn log_refusal(level: LogLevel, refusal: Reason, origin: Option<&[u8]>) {
    if hostcalls::get_log_level().is_ok_and(|least| (least as u32) > level as u32) {
        return;
    }
    let prefix = if level == LogLevel::Warn { "only reported: " } else { "" };
    let origin = origin.map(|origin| format!(" for the origin `{}`", printable(&String::from_utf8_lossy(origin))));
    log(level, &format!("{prefix}{}{}; {}", refusal.as_str(), origin.unwrap_or_default(), refusal.help()));
}

/// Writes to Envoy's log.
pub(crate) fn log(level: LogLevel, message: &str) {
    let _ = hostcalls::log(level, &format!("corsac: {message}"));
}

/// Whether no other thread has reported the lints of this policy. Envoy reads a policy once in each thread.
pub(crate) fn is_first_to_report(text: &[u8]) -> bool {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let digest = hasher.finish().to_le_bytes();
    let name = hostcalls::get_property(vec!["plugin_name"]).ok().flatten().unwrap_or_default();
    let key = format!("corsac.linted.{}", String::from_utf8_lossy(&name));
    let Ok((before, version)) = hostcalls::get_shared_data(&key) else { return true };
    if before.as_deref() == Some(&digest) {
        return false;
    }
    // This fails if another thread has written the digest since.
    hostcalls::set_shared_data(&key, Some(&digest), version).is_ok()
}
