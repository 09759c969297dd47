//! Refusals in the log: whatever a client sends, in bounded number and length and on one line.

use crate::warn::logger;
use corsac::{Reason, Request};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// This many lines in this time; how many were left out is said with the next one.
const MOST: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);

/// Longer texts of a client are cut.
const LONGEST: usize = 160;

/// What became of the request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// At `logging.INFO`: a refusal is what the policy is for, not a fault.
    Refused,
    /// At `logging.WARNING`: who asks for reports wants to see them.
    Reported,
}

impl Kind {
    const fn level(self) -> u8 {
        match self {
            Kind::Refused => 20,
            Kind::Reported => 30,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Kind::Refused => "refused: %(reason)s: %(method)s %(path)s from `%(origin)s`; help: %(help)s",
            Kind::Reported => "report only: %(reason)s: %(method)s %(path)s from `%(origin)s`; help: %(help)s",
        }
    }
}

/// The log of one middleware's refusals, or of what it only reports.
#[derive(Debug)]
pub(crate) struct Refusals {
    kind: Kind,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    since: Option<Instant>,
    logged: u32,
    left_out: u64,
}

impl Refusals {
    pub(crate) fn new(kind: Kind) -> Self {
        Refusals { kind, window: Mutex::default() }
    }

    /// Logs one refusal. `path` gives the host's own text of the path.
    pub(crate) fn log(
        &self,
        py: Python<'_>,
        reason: Reason,
        request: &Request<'_>,
        path: impl FnOnce() -> Option<String>,
    ) -> PyResult<()> {
        let (logger, level) = (logger(py)?, self.kind.level());
        if !logger.call_method1(intern!(py, "isEnabledFor"), (level,))?.is_truthy()? {
            return Ok(());
        }
        let Some(left_out) = self.admit(Instant::now()) else { return Ok(()) };
        let path = path().unwrap_or_default();
        let told = PyDict::new(py);
        told.set_item("reason", reason.as_str())?;
        told.set_item("method", printable(request.method))?;
        told.set_item("path", printable(path.as_bytes()))?;
        told.set_item("origin", printable(request.origin.unwrap_or_default()))?;
        told.set_item("help", reason.help())?;
        // One mapping: a handler can take its members as they are.
        logger.call_method1("log", (level, self.kind.message(), told))?;
        if left_out > 0 {
            logger.call_method1("log", (level, "%d refusals before this one were not logged", left_out))?;
        }
        Ok(())
    }

    /// Whether another line may be written, and how many were left out before it.
    fn admit(&self, now: Instant) -> Option<u64> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.since.is_none_or(|since| now.duration_since(since) >= WINDOW) {
            window.since = Some(now);
            window.logged = 0;
        }
        if window.logged >= MOST {
            window.left_out += 1;
            return None;
        }
        window.logged += 1;
        Some(std::mem::take(&mut window.left_out))
    }
}

/// ASCII without control characters, quotes or a second line.
fn printable(text: &[u8]) -> String {
    let cut = text.get(..LONGEST);
    let escaped = cut.unwrap_or(text).escape_ascii().to_string();
    if cut.is_some_and(|cut| cut.len() < text.len()) { escaped + "..." } else { escaped }
}
