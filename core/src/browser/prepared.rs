//! The request that the API makes from a script's arguments, before anything is sent.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::exchange::{Body, Exchange, HeaderLines, ScriptRequest};
use crate::browser::header_lines;
use crate::browser::octets::trim;
use crate::browser::outcome::StepName;
use crate::browser::safelist::{
    is_forbidden_header, is_no_cors_header, is_safelisted_method, join_repeated, normalise_method,
};
use crate::browser::url::Url;
use crate::browser::words::{Cache, Initiator, Mode};
use crate::tokens::{is_forbidden_method, is_token};

/// A request that the API accepted.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) url: Url,
    pub(crate) method: Vec<u8>,
    pub(crate) headers: HeaderLines,
    pub(crate) mode: Mode,
    pub(crate) has_body: bool,
    /// Whether the body is a stream, which cannot be sent a second time.
    pub(crate) stream: bool,
}

/// A step of the API, and a description of what that step did not accept.
pub(crate) type Refused = (StepName, String);

/// The address of the page, to which URLs may be relative.
pub(crate) fn base_url(exchange: &Exchange) -> Option<Url> {
    let page = exchange.page_url.as_deref().unwrap_or(&exchange.page);
    Url::parse(page, None)
}

/// Makes the request. `dropped` gets the names that scripts cannot set, as they were written.
///
/// # Errors
///
/// The step at which the API throws.
pub(crate) fn prepare(exchange: &Exchange, agent: Agent, dropped: &mut Vec<Vec<u8>>) -> Result<Prepared, Refused> {
    let script = &exchange.request;
    let is_api = matches!(script.initiator, Initiator::Fetch | Initiator::Xhr);
    let mode = match script.initiator {
        Initiator::Font if agent.has(Deviation::FontsWithoutCors) => Mode::NoCors,
        _ => script.mode(),
    };
    let Some(url) = Url::parse(&script.url, base_url(exchange).as_ref()) else {
        return Err((StepName::Url, format!("the URL `{}` is not valid", script.url)));
    };
    if script.initiator == Initiator::Fetch && !url.user.is_empty() {
        return Err((StepName::UrlWithoutUser, "the URL has a user name or a password".to_owned()));
    }
    if script.initiator == Initiator::Fetch && matches!(mode, Mode::Navigate | Mode::WebSocket) {
        return Err((StepName::Mode, format!("a script cannot use the mode `{}`", mode.as_str())));
    }
    if is_api && script.cache == Cache::OnlyIfCached && mode != Mode::SameOrigin {
        return Err((StepName::CacheMode, "`only-if-cached` needs the mode `same-origin`".to_owned()));
    }
    let method = method(script)?;
    if is_api && mode == Mode::NoCors && !is_safelisted_method(&method) {
        let saw = format!("the method is {} and the mode is `no-cors`", method.escape_ascii());
        return Err((StepName::NoCorsMethod, saw));
    }
    let has_body = has_body(script, &method)?;
    let mut headers = headers(script, mode, agent, dropped)?;
    let stream = has_body && script.body == Body::Stream && !agent.has(Deviation::StreamAsText);
    if stream && agent.has(Deviation::StreamRefused) {
        return Err((StepName::Body, "the body is a stream".to_owned()));
    }
    if stream && mode == Mode::NoCors {
        return Err((StepName::StreamMode, "the body is a stream and the mode is `no-cors`".to_owned()));
    }
    let kind = implied_type(&script.body, agent).filter(|_| has_body);
    let given = |(name, _): &(Vec<u8>, Vec<u8>)| name.eq_ignore_ascii_case(b"content-type");
    if let Some(kind) = kind
        && !headers.iter().any(given)
        && (mode != Mode::NoCors || is_no_cors_header(b"content-type", kind.as_bytes()))
    {
        headers.push((b"content-type".to_vec(), kind.into_bytes()));
    }
    Ok(Prepared { url, method, headers, mode, has_body, stream })
}

fn method(script: &ScriptRequest) -> Result<Vec<u8>, Refused> {
    let written: Vec<u8> = script.method.bytes().collect();
    if !is_token(&written) {
        return Err((StepName::Method, format!("`{}` is not a valid method", written.escape_ascii())));
    }
    if is_forbidden_method(&written) {
        return Err((StepName::Method, format!("scripts cannot use the method {}", script.method)));
    }
    Ok(normalise_method(&written))
}

fn has_body(script: &ScriptRequest, method: &[u8]) -> Result<bool, Refused> {
    let bodyless = matches!(method, b"GET" | b"HEAD");
    if script.body == Body::None || bodyless && script.initiator != Initiator::Fetch {
        return Ok(false);
    }
    if bodyless {
        let saw = format!("a request with the method {} has a body", method.escape_ascii());
        return Err((StepName::Body, saw));
    }
    Ok(true)
}

/// The type that a body implies (Fetch, "extract a body").
fn implied_type(body: &Body, agent: Agent) -> Option<String> {
    match body {
        Body::None => None,
        Body::Stream if !agent.has(Deviation::StreamAsText) => None,
        Body::Text | Body::Stream => Some("text/plain;charset=UTF-8".to_owned()),
        Body::Urlencoded => Some("application/x-www-form-urlencoded;charset=UTF-8".to_owned()),
        Body::FormData => Some("multipart/form-data; boundary=----corsac".to_owned()),
        Body::Typed(kind) => (!kind.is_empty()).then(|| kind.clone()),
    }
}

/// The headers that the script may set.
fn headers(
    script: &ScriptRequest,
    mode: Mode,
    agent: Agent,
    dropped: &mut Vec<Vec<u8>>,
) -> Result<HeaderLines, Refused> {
    let mut kept: HeaderLines = Vec::new();
    // A script can set headers only with these two.
    if !matches!(script.initiator, Initiator::Fetch | Initiator::Xhr) {
        dropped.extend(script.headers.iter().map(|(name, _)| name.clone()));
        return Ok(kept);
    }
    for (name, value) in &script.headers {
        let value = trim(value);
        if !is_token(name) {
            return Err((StepName::RequestHeaders, format!("`{}` is not a valid header name", name.escape_ascii())));
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            let saw = format!("the value of `{}` has a line break or a NUL", name.escape_ascii());
            return Err((StepName::RequestHeaders, saw));
        }
        // In the mode `no-cors`, a repeated header is checked with the values that it has already (Fetch, "append").
        let is_allowed = mode != Mode::NoCors || is_no_cors_header(name, &appended(&kept, name, value));
        if !is_allowed || is_forbidden_header(name, value, agent) {
            dropped.push(name.clone());
        } else {
            kept.push((name.clone(), value.to_vec()));
        }
    }
    // `setRequestHeader` joins the values of a repeated header.
    if script.initiator == Initiator::Xhr {
        kept = join_repeated(&kept);
    }
    Ok(kept)
}

/// The value of a header with this value appended.
fn appended(headers: &[(Vec<u8>, Vec<u8>)], name: &[u8], value: &[u8]) -> Vec<u8> {
    header_lines::values(headers, name).chain([value]).collect::<Vec<_>>().join(&b", "[..])
}

/// Names in lower case, sorted, each once.
pub(crate) fn lower_sorted<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> Vec<String> {
    let lower = |name: &'n [u8]| name.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let mut names: Vec<String> = names.into_iter().map(lower).collect();
    names.sort_unstable();
    names.dedup();
    names
}
