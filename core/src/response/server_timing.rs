//! The reason for a decision in a header that developer tools show, for a service that is being developed.

use crate::response::template::Template;

/// The name of the header (Server Timing, section 3.1).
pub const SERVER_TIMING: &str = "server-timing";

/// One metric of [`SERVER_TIMING`]: that of this reason.
#[must_use]
pub fn server_timing_metric(reason: &str) -> String {
    format!("corsac;desc=\"{reason}\"")
}

impl Template {
    /// The value of [`SERVER_TIMING`] for this response: the reason, and a refusal that was only reported.
    /// It contains no data from the request.
    ///
    /// It is added after the application's own lines of this name.
    #[must_use]
    pub fn server_timing(&self) -> String {
        let metric = server_timing_metric(self.reason().as_str());
        match self.reported() {
            Some(reported) => format!("{metric}, {}", server_timing_metric(reported.as_str())),
            None => metric,
        }
    }
}
