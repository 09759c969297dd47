//! `BrowserSession`: a simulated browser that says which request it sends next, for `corsac.testing`.

use crate::explain::explain_exchange::{Problem, problems};
use crate::policy::policy_class::Policy;
use corsac::binding::explain_captured;
use corsac::browser::{Session, Verdict};
use pyo3::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A browser that makes one request of a page's script. `corsac/_testing/browser.py` sends what it says.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct BrowserSession(Mutex<Session>);

#[pymethods]
impl BrowserSession {
    /// Start with an exchange as JSON text.
    ///
    /// Returns:
    ///     tuple[BrowserSession | None, str, list[tuple[str, str, str]]]: the session; or None, the message of the error and
    ///     each problem: its path, what is wrong, and what to write instead.
    #[staticmethod]
    fn start(exchange: &[u8]) -> (Option<Self>, String, Vec<Problem>) {
        match Session::from_json(exchange) {
            Ok(session) => (Some(BrowserSession(Mutex::new(session))), String::new(), Vec::new()),
            Err(error) => (None, error.to_string(), problems(&error)),
        }
    }

    /// The request that the browser sends next, as JSON text; None if the browser has finished.
    fn next_request(&self) -> Option<String> {
        self.session().next_request().map(|request| request.to_json())
    }

    /// Take the answer, which is JSON text.
    ///
    /// Returns:
    ///     str | None: why the answer cannot be read.
    fn respond(&self, answer: &[u8]) -> Option<String> {
        self.session().respond_json(answer).err().map(|error| error.to_string())
    }

    /// Explain the exchange so far, with the server's policy if it is known.
    ///
    /// Returns:
    ///     tuple[str, str, bool, bool]: the explanation as JSON and as text for people; whether the script can read the
    ///     response; and whether the browser withholds it from the script.
    fn explain(&self, py: Python<'_>, policy: Option<PyRef<'_, Policy>>) -> (String, String, bool, bool) {
        let policy = policy.as_ref().map(|policy| policy.core());
        let exchange = self.session().exchange();
        py.detach(|| {
            let explanation = explain_captured(policy, &exchange);
            let verdict = explanation.verdict;
            let text = explanation.to_string().trim_end().to_owned();
            (explanation.to_json(), text, verdict == Verdict::Readable, verdict.is_blocked())
        })
    }
}

impl BrowserSession {
    fn session(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
