//! Refusals in the log. The number and the length of messages are limited, and each is one line,
//! whatever a client sends.

use crate::logger::logger;
use corsac::binding::limits::QUOTED_CHARACTERS;
use corsac::{Reason, Request};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// At most this many messages are written in one window; the next message says how many were left out.
const MOST_MESSAGES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(10);

/// Data from a client is cut after this many bytes.
const QUOTED_BYTES: usize = 160;
const _: () = assert!(QUOTED_BYTES <= QUOTED_CHARACTERS, "no log quotes more than an issue does");

/// How the requests in a log were treated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LoggedRefusal {
    /// They were refused. This is logged at `logging.INFO`, because a policy is meant to refuse
    /// requests.
    Refused,
    /// They were only reported. This is logged at `logging.WARNING`, because somebody who sets
    /// `report_only` wants to see the reports.
    ReportedOnly,
}

impl LoggedRefusal {
    const fn level(self) -> u8 {
        match self {
            LoggedRefusal::Refused => 20,
            LoggedRefusal::ReportedOnly => 30,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            LoggedRefusal::Refused => "refused: %(reason)s: %(method)s %(path)s from `%(origin)s`; help: %(help)s",
            LoggedRefusal::ReportedOnly => {
                "report only: %(reason)s: %(method)s %(path)s from `%(origin)s`; help: %(help)s"
            }
        }
    }
}

/// The log of one middleware's refusals, or of those that it only reports.
#[derive(Debug)]
pub(crate) struct RefusalLog {
    kind: LoggedRefusal,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    start: Option<Instant>,
    messages: u32,
    left_out: u64,
}

impl RefusalLog {
    pub(crate) fn new(kind: LoggedRefusal) -> Self {
        RefusalLog { kind, window: Mutex::default() }
    }

    /// Logs one refusal. `path` returns the server's own text of the path.
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
        let members = PyDict::new(py);
        members.set_item("reason", reason.as_str())?;
        members.set_item("method", quoted(request.method))?;
        members.set_item("path", quoted(path.as_bytes()))?;
        members.set_item("origin", quoted(request.origin.unwrap_or_default()))?;
        members.set_item("help", reason.help())?;
        // The argument is one mapping, so that a handler can use its members one by one.
        logger.call_method1("log", (level, self.kind.message(), members))?;
        if left_out > 0 {
            let message = match left_out {
                1 => "%d refusal before this one was not logged",
                _ => "%d refusals before this one were not logged",
            };
            logger.call_method1("log", (level, message, left_out))?;
        }
        Ok(())
    }

    /// How many messages were left out before this one; `None` if this one is left out too.
    fn admit(&self, now: Instant) -> Option<u64> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.start.is_none_or(|start| now.duration_since(start) >= WINDOW) {
            window.start = Some(now);
            window.messages = 0;
        }
        if window.messages >= MOST_MESSAGES {
            window.left_out += 1;
            return None;
        }
        window.messages += 1;
        Some(std::mem::take(&mut window.left_out))
    }
}

/// Makes a text ASCII, without control characters, quotes or line breaks.
fn quoted(sent: &[u8]) -> String {
    match sent.split_at_checked(QUOTED_BYTES) {
        Some((start, rest)) if !rest.is_empty() => format!("{}...", start.escape_ascii()),
        _ => sent.escape_ascii().to_string(),
    }
}
