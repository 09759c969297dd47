//! The policy that allows nobody, for hosts that cannot know which policy is in force.

use crate::config::typed::Config;
use crate::decide::policy::Policy;
use crate::issues::issue::ConfigError;

impl Policy {
    /// A policy that allows no origin: the application's CORS headers are removed, and the response varies on `Origin`,
    /// because under the policy that should have been in force it could have been another one.
    ///
    /// # Errors
    ///
    /// None that is known; they are those of [`Policy::new`].
    pub fn nobody() -> Result<Self, ConfigError> {
        // An empty list would not vary. No browser has pages of this scheme.
        Policy::new(Config { allow_origins: vec!["nobody://nobody".into()], ..Config::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::evaluate::Evaluation;
    use crate::decide::request::Request;
    use crate::response::header_name::OWNED_HEADERS;

    #[test]
    fn nobody_may_read_and_caches_know_it() {
        let policy = Policy::nobody().unwrap();
        for request in [Request::new(b"GET"), Request::new(b"GET").origin(b"https://app.example.com")] {
            let Evaluation::Decided(decision) = policy.evaluate(&request) else { panic!("there is no predicate") };
            let headers: Vec<_> = decision.headers().map(|header| (header.name.as_str(), header.value)).collect();
            assert_eq!(headers, [("vary", &b"Origin"[..])]);
            assert!(OWNED_HEADERS.iter().all(|name| decision.removed().contains(name)));
        }
    }
}
