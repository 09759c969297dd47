//! Preflights that are still cached from an earlier exchange.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::exchange::ScriptRequest;
use crate::browser::response_headers::ResponseLines;
use crate::browser::safelist::{is_non_wildcard, is_safelisted_method};
use crate::browser::words::Cache;

/// The time in seconds for which a preflight without a max-age is cached (Fetch, "CORS-preflight
/// fetch", step 7.9).
const DEFAULT_MAX_AGE: f64 = 5.0;

/// The cached entries.
#[derive(Debug, Default)]
pub(crate) struct PreflightCache {
    entries: Vec<Entry>,
}

/// The entries of one preflight.
#[derive(Debug)]
struct Entry {
    origin: String,
    url: String,
    credentials: bool,
    /// How long the entries are still valid, in seconds.
    left: f64,
    methods: Vec<Vec<u8>>,
    names: Vec<Vec<u8>>,
}

/// The properties of a request on which the cache depends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedRequest<'r> {
    pub(crate) origin: &'r str,
    pub(crate) url: &'r str,
    pub(crate) credentials: bool,
    pub(crate) method: &'r [u8],
    pub(crate) unsafe_names: &'r [Vec<u8>],
    /// Whether the request needs a preflight for a reason other than its method and headers.
    pub(crate) flagged: bool,
    pub(crate) agent: Agent,
}

impl PreflightCache {
    /// Makes time pass.
    pub(crate) fn age(&mut self, seconds: f64) {
        self.entries.retain_mut(|entry| {
            entry.left -= seconds;
            entry.left > 0.0
        });
    }

    /// Whether no preflight has to be sent (Fetch, "HTTP fetch", step 4.1).
    pub(crate) fn covers(&self, request: CachedRequest<'_>, script: &ScriptRequest) -> bool {
        if script.cache == Cache::NoStore && request.agent.has(Deviation::NoStoreSkipsPreflightCache) {
            return false;
        }
        let strict = request.agent.has(Deviation::CacheKeyedByCredentials);
        let matching = || {
            self.entries.iter().filter(move |entry| {
                entry.origin == request.origin
                    && entry.url == request.url
                    && if strict {
                        entry.credentials == request.credentials
                    } else {
                        entry.credentials || !request.credentials
                    }
            })
        };
        let listed = |names: &[Vec<u8>], name: &[u8]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let method =
            matching().any(|entry| entry.methods.iter().any(|method| method == request.method || method == b"*"));
        (method || is_safelisted_method(request.method) && !request.flagged)
            && request.unsafe_names.iter().all(|name| {
                matching()
                    .any(|entry| listed(&entry.names, name) || listed(&entry.names, b"*") && !is_non_wildcard(name))
            })
    }

    /// Caches a preflight that was successful.
    pub(crate) fn store(&mut self, request: CachedRequest<'_>, response: ResponseLines<'_>) {
        let agent = request.agent;
        let opaque = request.origin == "null" && agent.has(Deviation::OpaqueOriginNotCached);
        let left = max_age(response, agent);
        if opaque || left <= 0.0 {
            return;
        }
        let list = |name: &'static str| -> Vec<Vec<u8>> {
            let tokens = response.tokens(name).unwrap_or_default().unwrap_or_default();
            tokens.into_iter().map(<[u8]>::to_vec).collect()
        };
        let mut methods = list("access-control-allow-methods");
        let mut names = list("access-control-allow-headers");
        if methods.is_empty() && request.flagged {
            methods.push(request.method.to_vec());
        }
        if agent.has(Deviation::WildcardNotCached) {
            methods.retain(|method| method != b"*");
            names.retain(|name| name != b"*");
            methods.push(request.method.to_vec());
            names.extend(request.unsafe_names.iter().cloned());
        }
        self.entries.push(Entry {
            origin: request.origin.to_owned(),
            url: request.url.to_owned(),
            credentials: request.credentials,
            left,
            methods,
            names,
        });
    }

    /// Removes the entries of a URL (Fetch, "clear cache entries").
    pub(crate) fn clear(&mut self, origin: &str, url: &str) {
        self.entries.retain(|entry| entry.origin != origin || entry.url != url);
    }
}

/// A number that is written in digits. If it does not fit into 64 bits, the result is the largest number that does: no
/// preflight stays in a cache for that many seconds.
fn whole(text: &str) -> Option<f64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX) as f64)
}

/// How long a preflight is cached, in seconds.
fn max_age(response: ResponseLines<'_>, agent: Agent) -> f64 {
    let value = response.get("access-control-max-age").unwrap_or_default();
    let text = String::from_utf8_lossy(&value);
    let signed = agent.has(Deviation::MaxAgeSigned);
    let seconds = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(number), _) if signed => whole(number),
        (_, Some(number)) if signed => whole(number).map(|_| 0.0),
        _ => whole(&text),
    };
    let seconds = match seconds {
        Some(seconds) => seconds,
        None if !text.is_empty() && agent.has(Deviation::MaxAgeGarbageNotCached) => 0.0,
        None => DEFAULT_MAX_AGE,
    };
    match agent.engine() {
        Some(engine) => seconds.min(engine.longest_max_age() as f64),
        None => seconds,
    }
}
