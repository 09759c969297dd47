//! The methods and request headers that a script may send, and those that need a preflight.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::exchange::HeaderLines;
use crate::browser::octets::{is_form_type, trim};
use crate::tokens::{AUTHORIZATION, SAFELISTED_METHODS, is_forbidden_method, is_forbidden_request_header};

/// The longest value of a safelisted request header, in bytes (Fetch, "CORS-safelisted request-header").
const SAFE_VALUE: usize = 128;

/// The maximum length in bytes of all safelisted values in total (Fetch, "CORS-unsafe request-header
/// names").
const SAFE_VALUES: usize = 1024;

/// The method as the browser sends it (Fetch, "normalize").
pub(crate) fn normalise_method(method: &[u8]) -> Vec<u8> {
    const NORMALISED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    NORMALISED
        .iter()
        .find(|known| method.eq_ignore_ascii_case(known.as_bytes()))
        .map_or_else(|| method.to_vec(), |known| known.as_bytes().to_vec())
}

pub(crate) fn is_safelisted_method(method: &[u8]) -> bool {
    SAFELISTED_METHODS.iter().any(|safe| safe.as_bytes() == method)
}

/// Whether scripts cannot set the header (Fetch, "forbidden request-header").
pub(crate) fn is_forbidden_header(name: &[u8], value: &[u8], agent: Agent) -> bool {
    let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
    match lower.as_str() {
        // No policy needs to allow these, but scripts can set them.
        "access-control-request-private-network" | "set-cookie2" => false,
        "x-http-method" | "x-http-method-override" | "x-method-override" => {
            value.split(|byte| *byte == b',').any(|method| is_forbidden_method(trim(method)))
        }
        "user-agent" => agent.has(Deviation::UserAgentDropped),
        name => is_forbidden_request_header(name),
    }
}

/// The names of the headers that need a preflight, in lower case, sorted, each once (Fetch, "CORS-unsafe request-header names").
pub(crate) fn unsafe_names(headers: &[(Vec<u8>, Vec<u8>)], agent: Agent) -> Vec<Vec<u8>> {
    let joined;
    let headers = if agent.has(Deviation::RepeatedHeadersJoined) {
        joined = join_repeated(headers);
        &joined
    } else {
        headers
    };
    let (safe, others): (Vec<_>, Vec<_>) =
        headers.iter().partition(|(name, value)| is_safelisted_header(name, value, agent));
    let size: usize = safe.iter().map(|(_, value)| value.len()).sum();
    let too_much = if size > SAFE_VALUES && !agent.has(Deviation::ValuesNotAddedUp) { safe } else { Vec::new() };
    let mut names: Vec<_> = others.into_iter().chain(too_much).map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The headers, with the values of each name joined.
pub(crate) fn join_repeated(headers: &[(Vec<u8>, Vec<u8>)]) -> HeaderLines {
    let mut order: Vec<_> = headers.iter().enumerate().map(|(at, (name, _))| (name.to_ascii_lowercase(), at)).collect();
    order.sort_unstable();
    // Headers of the same name are neighbours now, in their original order. The joined header takes the place of the
    // first of them.
    let mut groups: Vec<_> = order.chunk_by(|(one, _), (other, _)| one == other).collect();
    groups.sort_unstable_by_key(|group| group.first().map(|(_, at)| *at));
    let line = |(_, at): &(Vec<u8>, usize)| headers.get(*at);
    let join = |group: &[_]| {
        let mut lines = group.iter().filter_map(line);
        let (name, mut joined) = lines.next()?.clone();
        for (_, value) in lines {
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(value);
        }
        Some((name, joined))
    };
    groups.into_iter().filter_map(join).collect()
}

/// Fetch, "CORS-safelisted request-header".
pub(crate) fn is_safelisted_header(name: &[u8], value: &[u8], agent: Agent) -> bool {
    let named = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    if value.len() > SAFE_VALUE {
        return false;
    }
    if named("accept") {
        no_unsafe_byte(value, agent)
    } else if named("accept-language") || named("content-language") {
        value.iter().all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte))
    } else if named("content-type") {
        no_unsafe_byte(value, agent) && is_form_type(value)
    } else if named("range") {
        is_simple_range(value, agent)
    } else {
        agent.has(Deviation::ClientHintsSafelisted) && is_client_hint(name)
    }
}

fn no_unsafe_byte(value: &[u8], agent: Agent) -> bool {
    let beyond_ascii = agent.has(Deviation::BytesBeyondAsciiUnsafe);
    !value.iter().any(|byte| match byte {
        b'\t' => false,
        0..=0x1f | 0x7f => true,
        0x80.. => beyond_ascii,
        _ => b"\"():<>?@[\\]{}".contains(byte),
    })
}

/// The names of client hints, which Chromium sends by itself if a server requests them.
fn is_client_hint(name: &[u8]) -> bool {
    ["device-memory", "downlink", "dpr", "ect", "intervention", "rtt", "save-data", "viewport-width", "width"]
        .iter()
        .any(|hint| name.eq_ignore_ascii_case(hint.as_bytes()))
}

/// Whether a value is `bytes=`, a number, `-`, and optionally a number that is not smaller.
fn is_simple_range(value: &[u8], agent: Agent) -> bool {
    let Some((unit, range)) = value.split_at_checked(6) else { return false };
    if unit != b"bytes=" && !(agent.has(Deviation::RangeUnitInAnyCase) && unit.eq_ignore_ascii_case(b"bytes=")) {
        return false;
    }
    let Some((first, last)) = std::str::from_utf8(range).ok().and_then(|range| range.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || !digits(first) || !digits(last) {
        return false;
    }
    if agent.has(Deviation::LongRangePreflighted)
        && [first, last].iter().any(|text| !text.is_empty() && text.parse::<i64>().is_err())
    {
        return false;
    }
    let number = |text: &str| text.trim_start_matches('0').to_owned();
    let (first, second) = (number(first), number(last));
    last.is_empty() || (first.len(), first) <= (second.len(), second)
}

/// Whether a header may be set in the mode `no-cors` (Fetch, "no-CORS-safelisted request-header").
pub(crate) fn is_no_cors_header(name: &[u8], value: &[u8]) -> bool {
    ["accept", "accept-language", "content-language", "content-type"]
        .iter()
        .any(|safe| name.eq_ignore_ascii_case(safe.as_bytes()))
        && is_safelisted_header(name, value, Agent::STANDARD)
}

/// Whether the name is the only one that `*` does not cover (Fetch, "CORS non-wildcard request-header
/// name").
pub(crate) fn is_non_wildcard(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(AUTHORIZATION.as_bytes())
}
