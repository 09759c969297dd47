//! Why a decision is what it is, in a header that developer tools show: for a service that is being developed.

use crate::response::template::Template;

/// The name of the header (Server Timing, section 3.1).
pub const SERVER_TIMING: &str = "server-timing";

impl Template {
    /// The value of [`SERVER_TIMING`] for this response: the reason, and a refusal that was only reported. Nothing of the
    /// request is in it.
    ///
    /// It is added behind the application's own lines of this name.
    #[must_use]
    pub fn server_timing(&self) -> String {
        let metric = |reason: &str| format!("corsac;desc=\"{reason}\"");
        match self.reported() {
            Some(reported) => format!("{}, {}", metric(self.reason().as_str()), metric(reported.as_str())),
            None => metric(self.reason().as_str()),
        }
    }
}
