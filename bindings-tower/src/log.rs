//! Logging with `tracing`, if that feature is on. Data that a client sent is always escaped.

use crate::request_head::RequestHead;
use corsac::{Decision, LoadError, Policy, Request};

#[cfg(feature = "tracing")]
mod imp {
    use super::*;
    use corsac::binding::{printable, reason_to_log};
    use std::sync::Mutex;
    use std::time::{Duration, Instant};

    /// Lines about requests are limited, so that a flood of requests does not fill a disk.
    const LINES: u32 = 20;
    const PERIOD: Duration = Duration::from_secs(10);

    /// The start of the current interval, and the number of lines that were logged since then.
    static LOGGED: Mutex<Option<(Instant, u32)>> = Mutex::new(None);

    fn is_admitted() -> bool {
        let now = Instant::now();
        let mut logged = LOGGED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &mut *logged {
            Some((since, count)) if now.duration_since(*since) < PERIOD => {
                *count = count.saturating_add(1);
                *count <= LINES
            }
            state => {
                *state = Some((now, 1));
                true
            }
        }
    }

    fn text(bytes: &[u8]) -> String {
        printable(&String::from_utf8_lossy(bytes))
    }

    pub(crate) fn lints(policy: &Policy) {
        for lint in policy.lints() {
            tracing::warn!(target: "corsac", code = lint.code.as_str(), "{lint}");
        }
    }

    /// Whether a decision may have to be logged. If so, the function `decision` gets the request with all its headers,
    /// and finds out whether it has to be.
    pub(crate) fn may_log(decision: &Decision<'_>) -> bool {
        decision.reported().is_some()
            || (decision.reason().is_refusal() && tracing::enabled!(target: "corsac", tracing::Level::DEBUG))
    }

    pub(crate) fn decision(decision: &Decision<'_>, request: &Request<'_>, head: &RequestHead<'_>) {
        let Some(reason) = reason_to_log(decision.action(), decision.reason(), decision.reported(), request) else {
            return;
        };
        if !is_admitted() {
            return;
        }
        let (method, path) = (text(request.method), printable(head.uri.path()));
        let origin = request.origin.map(text).unwrap_or_default();
        let (reason, help) = (reason.as_str(), reason.help());
        if decision.reported().is_some() {
            tracing::warn!(target: "corsac", reason, method, path, origin, help, "protection would refuse this request");
        } else {
            tracing::debug!(target: "corsac", reason, method, path, origin, help, "refused");
        }
    }

    pub(crate) fn predicate_failed(origin: &str, why: &str) {
        if is_admitted() {
            let origin = printable(origin);
            tracing::error!(target: "corsac", origin, "the predicate failed: {}", printable(why));
        }
    }

    pub(crate) fn function_panicked(name: &str) {
        if is_admitted() {
            tracing::error!(target: "corsac", "{name} panicked");
        }
    }

    pub(crate) fn reloaded() {
        tracing::info!(target: "corsac", "the policy file was read again, and is in force");
    }

    pub(crate) fn refused_file(error: &LoadError) {
        tracing::error!(target: "corsac", "the old policy stays in force: {error}");
    }
}

#[cfg(not(feature = "tracing"))]
mod imp {
    use super::*;

    pub(crate) fn lints(_: &Policy) {}

    pub(crate) fn may_log(_: &Decision<'_>) -> bool {
        false
    }

    pub(crate) fn decision(_: &Decision<'_>, _: &Request<'_>, _: &RequestHead<'_>) {}

    pub(crate) fn predicate_failed(_: &str, _: &str) {}

    pub(crate) fn function_panicked(_: &str) {}

    pub(crate) fn reloaded() {}

    pub(crate) fn refused_file(_: &LoadError) {}
}

pub(crate) use imp::*;
