//! Requests that show what a policy decides. For each route, there are requests from pages that may read and from one
//! that may not, requests with allowed methods and headers, and one request each with a method and a header that are not
//! allowed.

use crate::compare::origins::uncovered;
use crate::compare::paths::meetings;
use crate::compare::rules::Side;
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::decide::policy::Policy;
use crate::string_set::StringSet;
use crate::tokens::{SAFELISTED_HEADERS, SAFELISTED_METHODS, USUAL_METHODS};

/// A request of a page with which a policy can be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SampleRequest {
    /// The origin of the page.
    pub origin: String,
    /// The path.
    pub path: String,
    /// The method.
    pub method: String,
    /// The name of a header that the script sets.
    pub header: Option<String>,
    /// Whether the request has cookies.
    pub credentials: bool,
}

/// A page that hardly any policy allows by name.
const FOREIGN: &str = "https://foreign.example";
/// A header that hardly any policy allows by name.
const UNLISTED_HEADER: &str = "x-unlisted";
/// The most entries of each list that get a request.
const MOST: usize = 6;

impl Policy {
    /// Requests that show what this policy decides. For each route, there are requests from pages that may read and from
    /// one that may not, requests with allowed methods and headers, and one request each with a method and a header that
    /// are not allowed.
    #[must_use]
    pub fn sample_requests(&self) -> Vec<SampleRequest> {
        let mut samples = Vec::new();
        for meeting in meetings(self, self) {
            self.add_samples(&Side::new(self, meeting.new), &meeting.requested, &mut samples);
        }
        samples
    }

    fn add_samples(&self, side: &Side<'_>, path: &str, samples: &mut Vec<SampleRequest>) {
        let rules = side.rules();
        let mut add = |origin: &str, method: &str, header: Option<String>| {
            samples.push(SampleRequest {
                origin: origin.to_owned(),
                path: path.to_owned(),
                method: method.to_owned(),
                header,
                credentials: rules.credentials,
            });
        };
        let entries = side.origins().into_iter().flat_map(|list| uncovered(list, &[]));
        let allowed = entries.filter(|entry| entry.certain).map(|entry| entry.example.unwrap_or(entry.entry));
        let allowed: Vec<String> = allowed.take(MOST).collect();
        allowed.iter().for_each(|origin| add(origin, "GET", None));
        add(FOREIGN, "GET", None);
        // Methods and headers matter only for a page that may read.
        let Some(first) = allowed.first() else { return };
        let (methods, unlisted) = match &rules.methods {
            AllowedMethods::All { .. } => (vec!["DELETE".to_owned()], None),
            AllowedMethods::Listed(listed) => {
                let unlisted = USUAL_METHODS.into_iter().rev().find(|method| !listed.contains(method.as_bytes()));
                (names(listed, &SAFELISTED_METHODS), unlisted)
            }
        };
        methods.iter().for_each(|method| add(first, method, None));
        unlisted.into_iter().for_each(|method| add(first, method, None));
        if let AllowedHeaders::Listed(listed) = &rules.headers {
            names(listed, &SAFELISTED_HEADERS).into_iter().for_each(|name| add(first, "GET", Some(name)));
        }
        add(first, "GET", Some(UNLISTED_HEADER.to_owned()));
    }
}

/// The names that the policy lists, without those that every list has.
fn names(listed: &StringSet, safe: &[&str]) -> Vec<String> {
    let names = listed.iter().map(|name| String::from_utf8_lossy(name).into_owned());
    names.filter(|name| !safe.contains(&name.as_str())).take(MOST).collect()
}
