//! Reading an exchange from JSON, or from the objects of another language.

use crate::browser::exchange::{After, Answer, Body, Exchange, HeaderLines, Hop, ScriptRequest};
use crate::browser::exchange_error::{ExchangeError, ExchangeProblem};
use crate::browser::json_fields::{Fields, Problems, describe, string};
use crate::browser::redact::redact;
use crate::browser::words::{Cache, Credentials, Initiator, Mode, NetworkError, Redirect};
use crate::browser::write_exchange::VERSION;
use crate::config::number_text::number_text;
use crate::config::value::Value;
use crate::limits::{
    EARLIER_EXCHANGES, EXCHANGE_HEADERS, EXCHANGE_HEADERS_BYTES, EXCHANGE_HOPS, EXCHANGE_MIB, INTEGRITY_BYTES,
    ORIGIN_BYTES, URL_BYTES,
};
use crate::origins::origin::Origin;
use crate::predicate::PredicateAnswer;
use crate::printable::printable;

/// The longest method and the longest type of a body that are read, in bytes.
const WORD_BYTES: usize = 1024;

/// The longest time between two exchanges, in seconds.
const LONGEST_TIME: u32 = 1_000_000_000;

/// The modes that a script can set. The mode `websocket` is only for WebSockets.
const MODES: [Mode; 4] = [Mode::Cors, Mode::NoCors, Mode::SameOrigin, Mode::Navigate];

const EXAMPLE: &str = "write an object such as `{\"page\": \"https://app.example.com\", \"request\": {\"url\": \
                       \"https://api.example.com/\"}}`";

impl Exchange {
    /// Reads an exchange from JSON text. Names are written in snake_case or camelCase.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the exchange, each with its path: a text that is not JSON or has more than 10
    /// MiB, unknown names, wrong types, and values beyond a limit.
    pub fn from_json(text: &[u8]) -> Result<Self, ExchangeError> {
        Self::from_value(parse(text)?)
    }

    /// Reads an exchange from a value of any language.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the exchange, each with its path.
    pub fn from_value(value: Value) -> Result<Self, ExchangeError> {
        let mut exchange = with_secrets(value)?;
        redact(&mut exchange);
        Ok(exchange)
    }
}

/// Reads JSON text up to the maximum length.
pub(crate) fn parse(text: &[u8]) -> Result<Value, ExchangeError> {
    if text.len() > EXCHANGE_MIB << 20 {
        let message = format!("the text has {} bytes, more than {EXCHANGE_MIB} MiB", text.len());
        return Err(one("", message, "keep only the request in question, without bodies"));
    }
    serde_json::from_slice(text)
        .map_err(|error| one("", format!("the text is not JSON: {}", printable(&error.to_string())), EXAMPLE))
}

/// Reads an exchange and keeps its secrets, because they have to be sent.
pub(crate) fn with_secrets(value: Value) -> Result<Exchange, ExchangeError> {
    read(value, |value, problems| exchange(value, "", EARLIER_EXCHANGES, problems))
}

/// Reads one answer of a server.
pub(crate) fn read_answer(value: Value) -> Result<Answer, ExchangeError> {
    read(value, |value, problems| answer(value, "", problems))
}

fn read<T>(value: Value, reader: impl FnOnce(Value, &mut Problems) -> Option<T>) -> Result<T, ExchangeError> {
    let mut problems = Problems::default();
    match reader(value, &mut problems) {
        Some(read) if problems.found.is_empty() => Ok(read),
        _ => Err(ExchangeError::new(problems.found)),
    }
}

fn one(path: &str, message: String, help: &str) -> ExchangeError {
    ExchangeError::new(vec![ExchangeProblem { path: path.to_owned(), message, help: help.to_owned() }])
}

fn exchange(value: Value, path: &str, deeper: usize, problems: &mut Problems) -> Option<Exchange> {
    if !matches!(value, Value::Map(_)) {
        problems.add(path, format!("{} is not an exchange", describe(&value)), EXAMPLE);
        return None;
    }
    let known = &["version", "page", "page_url", "request", "preflight", "response", "after", "predicate"];
    let mut fields = Fields::of(value, path, known, problems)?;
    version(&mut fields);
    let page = page(&mut fields);
    let page_url = fields.string("page_url", URL_BYTES);
    let at = fields.path_of("request");
    let request = fields
        .require(
            "request",
            "write the request that the script makes, as in `\"request\": {\"url\": \"https://api.example.com/\"}`",
        )
        .and_then(|value| request(value, &at, fields.problems));
    let hops = hops(&mut fields);
    let at = fields.path_of("after");
    let after = match fields.take("after") {
        None | Some(Value::Null) => None,
        Some(_) if deeper == 0 => {
            let message = format!("more than {EARLIER_EXCHANGES} exchanges come one after another");
            fields.problems.add(&at, message, "keep the last ones");
            return None;
        }
        Some(value) => Some(Box::new(after(value, &at, deeper - 1, fields.problems)?)),
    };
    let predicate = predicate(&mut fields);
    Some(Exchange { page: page?, page_url, request: request?, hops: hops?, after, predicate })
}

/// The answer of a policy's origin predicate.
fn predicate(fields: &mut Fields<'_>) -> Option<PredicateAnswer> {
    let path = fields.path_of("predicate");
    match fields.take("predicate")? {
        Value::Null => None,
        Value::Bool(true) => Some(PredicateAnswer::Allow),
        Value::Bool(false) => Some(PredicateAnswer::Deny),
        Value::String(text) if text == "failed" => Some(PredicateAnswer::Failed),
        value => {
            let message = format!("{} is not an answer of a predicate", describe(&value));
            fields.problems.add(&path, message, "write `true`, `false` or `\"failed\"`");
            None
        }
    }
}

fn version(fields: &mut Fields<'_>) {
    match fields.take("version") {
        None | Some(Value::Integer(VERSION)) => {}
        Some(value) => {
            let path = fields.path_of("version");
            let message = format!("{} is not a known version of exchanges", describe(&value));
            fields.problems.add(&path, message, format!("write `{VERSION}`, or leave it out"));
        }
    }
}

fn page(fields: &mut Fields<'_>) -> Option<String> {
    let path = fields.path_of("page");
    let value = fields.require("page", "write the origin of the page, as in `https://app.example.com`, or `null`")?;
    if value == Value::Null {
        let help = "write `\"null\"` with quotation marks for an opaque origin";
        fields.problems.add(&path, "JSON's `null` is not the origin `null`", help);
        return None;
    }
    let page = string(value, &path, ORIGIN_BYTES, fields.problems)?;
    if page != "null" && Origin::parse(page.as_bytes()).is_none() {
        let message = format!("`{}` is not an origin as browsers write it", printable(&page));
        let help = "write only scheme, host and port, as in `https://app.example.com`, or `null`";
        fields.problems.add(&path, message, help);
        return None;
    }
    Some(page)
}

fn request(value: Value, path: &str, problems: &mut Problems) -> Option<ScriptRequest> {
    let known = &[
        "url",
        "method",
        "headers",
        "credentials",
        "mode",
        "redirect",
        "cache",
        "integrity",
        "body",
        "upload_listener",
        "initiator",
    ];
    let mut fields = Fields::of(value, path, known, problems)?;
    let at = fields.path_of("url");
    let url = fields
        .require("url", "write the URL of the request, as in `https://api.example.com/items`")
        .and_then(|value| string(value, &at, URL_BYTES, fields.problems));
    let at = fields.path_of("headers");
    let headers = match fields.take("headers") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(value) => headers(value, &at, fields.problems),
    };
    let method = fields.string("method", WORD_BYTES);
    let credentials = fields.word("credentials", Credentials::ALL, Credentials::as_str);
    let mode = fields.word("mode", &MODES, Mode::as_str);
    let redirect = fields.word("redirect", Redirect::ALL, Redirect::as_str);
    let cache = fields.word("cache", Cache::ALL, Cache::as_str);
    let integrity = fields.string("integrity", INTEGRITY_BYTES);
    let body = body(&mut fields);
    let upload_listener = fields.flag("upload_listener");
    let initiator = fields.word("initiator", Initiator::ALL, Initiator::as_str).unwrap_or(Initiator::Fetch);
    Some(ScriptRequest {
        url: url?,
        method: method.unwrap_or_else(|| default_method(initiator).to_owned()),
        headers: headers?,
        credentials,
        mode,
        redirect: redirect.unwrap_or(Redirect::Follow),
        cache: cache.unwrap_or(Cache::Default),
        integrity: integrity.unwrap_or_default(),
        body,
        upload_listener,
        initiator,
    })
}

/// The method of a request if none is given.
fn default_method(initiator: Initiator) -> &'static str {
    if initiator == Initiator::Beacon { "POST" } else { "GET" }
}

fn body(fields: &mut Fields<'_>) -> Body {
    let path = fields.path_of("body");
    let named = [Body::None, Body::Text, Body::Urlencoded, Body::FormData, Body::Stream];
    match fields.take("body") {
        None | Some(Value::Null) => Body::None,
        Some(Value::String(word)) => match named.into_iter().find(|body| body.as_str() == word) {
            Some(body) => body,
            None => {
                let help = "write `none`, `text`, `urlencoded`, `form-data`, `stream`, or `{\"type\": \
                            \"application/json\"}`";
                fields.problems.add(&path, format!("`{}` is not a kind of body", printable(&word)), help);
                Body::None
            }
        },
        Some(value) => {
            let Some(mut inner) = Fields::of(value, &path, &["type"], fields.problems) else { return Body::None };
            if !inner.has("type") {
                let at = inner.path_of("type");
                inner.problems.add(&at, "`type` is missing", "write the type of the body, or the empty string");
            }
            inner.string("type", WORD_BYTES).map_or(Body::None, Body::Typed)
        }
    }
}

/// The responses: that of one request, or a list that begins with those of the redirects.
fn hops(fields: &mut Fields<'_>) -> Option<Vec<Hop>> {
    let at = fields.path_of("preflight");
    let given = fields.has("preflight");
    let first = match fields.take("preflight") {
        None => Answer::Unknown,
        Some(value) => answer(value, &at, fields.problems)?,
    };
    let at = fields.path_of("response");
    match fields.take("response") {
        None | Some(Value::Null) if first == Answer::Unknown => Some(Vec::new()),
        None => Some(vec![Hop { preflight: first, response: Answer::Unknown }]),
        Some(Value::List(values)) => {
            if values.len() > EXCHANGE_HOPS {
                let message = format!("the list has {} responses, more than {EXCHANGE_HOPS}", values.len());
                fields.problems.add(&at, message, "keep the first ones: browsers follow 20 redirects");
                return None;
            }
            let mut hops = Vec::with_capacity(values.len());
            for (index, value) in values.into_iter().enumerate() {
                hops.push(hop(value, &format!("{at}[{index}]"), fields.problems)?);
            }
            match hops.first_mut() {
                Some(hop) if given && hop.preflight != Answer::Unknown => {
                    let message = "the preflight of the first request is given twice";
                    let help = "keep only one of them: the one next to `response`, or the one in its first element";
                    fields.problems.add(&format!("{at}[0].preflight"), message, help);
                }
                Some(hop) if given => hop.preflight = first,
                None if given => hops.push(Hop { preflight: first, response: Answer::Unknown }),
                _ => {}
            }
            Some(hops)
        }
        Some(value) => Some(vec![Hop { preflight: first, response: answer(value, &at, fields.problems)? }]),
    }
}

fn hop(value: Value, path: &str, problems: &mut Problems) -> Option<Hop> {
    if value == Value::Null {
        return Some(Hop::default());
    }
    let mut fields = Fields::of(value, path, &["status", "headers", "error", "preflight"], problems)?;
    let at = fields.path_of("preflight");
    let preflight = match fields.take("preflight") {
        None => Answer::Unknown,
        Some(value) => answer(value, &at, fields.problems)?,
    };
    let empty = !["status", "headers", "error"].iter().any(|name| fields.has(name));
    let response = if empty { Answer::Unknown } else { answer_of(&mut fields)? };
    Some(Hop { preflight, response })
}

fn answer(value: Value, path: &str, problems: &mut Problems) -> Option<Answer> {
    if value == Value::Null {
        return Some(Answer::Unknown);
    }
    let mut fields = Fields::of(value, path, &["status", "headers", "error"], problems)?;
    answer_of(&mut fields)
}

fn answer_of(fields: &mut Fields<'_>) -> Option<Answer> {
    if fields.has("error") {
        for name in ["status", "headers"] {
            if fields.has(name) {
                let path = fields.path_of(name);
                let message = format!("`{name}` cannot be given with `error`");
                fields.problems.add(&path, message, "if no response came, keep only `error`; otherwise remove `error`");
            }
        }
        return fields.word("error", NetworkError::ALL, NetworkError::as_str).map(Answer::Failed);
    }
    let path = fields.path_of("status");
    let status = match fields.require("status", "write the status of the response, as in `\"status\": 200`")? {
        Value::Integer(status) if (100..1000).contains(&status) => u16::try_from(status).ok(),
        value => {
            let message = format!("{} is not a status", describe(&value));
            fields.problems.add(&path, message, "write a number of three digits, such as `200`");
            None
        }
    };
    let path = fields.path_of("headers");
    let headers = match fields.take("headers") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => headers(value, &path, fields.problems)?,
    };
    Some(Answer::Response { status: status?, headers })
}

fn headers(value: Value, path: &str, problems: &mut Problems) -> Option<HeaderLines> {
    let wanted = "a list of pairs such as `[[\"Accept\", \"*/*\"]]`";
    let Value::List(values) = value else {
        problems.wrong_type(path, &value, wanted);
        return None;
    };
    if values.len() > EXCHANGE_HEADERS {
        let message = format!("the list has {} headers, more than {EXCHANGE_HEADERS}", values.len());
        problems.add(path, message, "keep those that matter");
        return None;
    }
    let (mut lines, mut bytes) = (Vec::with_capacity(values.len()), 0);
    for (index, value) in values.into_iter().enumerate() {
        let at = format!("{path}[{index}]");
        let pair = match value {
            Value::List(pair) => <[Value; 2]>::try_from(pair).map_err(Value::List),
            value => Err(value),
        };
        let [name, value] = match pair {
            Ok(pair) => pair,
            Err(value) => {
                let message = format!("{} is not a name and a value", describe(&value));
                problems.add(&at, message, "write a pair such as `[\"Accept\", \"*/*\"]`");
                return None;
            }
        };
        let name = latin1(name, &format!("{at}[0]"), problems)?;
        let value = latin1(value, &format!("{at}[1]"), problems)?;
        bytes += name.len() + value.len();
        lines.push((name, value));
    }
    if bytes > EXCHANGE_HEADERS_BYTES {
        let message = format!("the headers have {bytes} bytes, more than {EXCHANGE_HEADERS_BYTES}");
        problems.add(path, message, "keep those that matter");
        return None;
    }
    Some(lines)
}

/// The bytes of a string in which each character is one byte.
fn latin1(value: Value, path: &str, problems: &mut Problems) -> Option<Vec<u8>> {
    let text = string(value, path, EXCHANGE_HEADERS_BYTES * 2, problems)?;
    let bytes: Result<Vec<u8>, char> = text.chars().map(|c| u8::try_from(c).map_err(|_| c)).collect();
    match bytes {
        Ok(bytes) => Some(bytes),
        Err(c) => {
            let message = format!("`{}` is not a byte of a header", printable(&c.to_string()));
            let help = "write each byte as one character, U+0000 to U+00FF: the letter `ü` in UTF-8 is \
                        `\\u00c3\\u00bc`";
            problems.add(path, message, help);
            None
        }
    }
}

fn after(value: Value, path: &str, deeper: usize, problems: &mut Problems) -> Option<After> {
    let mut fields = Fields::of(value, path, &["exchange", "seconds"], problems)?;
    let at = fields.path_of("exchange");
    let earlier = fields
        .require("exchange", "write the earlier exchange")
        .and_then(|value| exchange(value, &at, deeper, fields.problems));
    let at = fields.path_of("seconds");
    let seconds = match fields.require("seconds", "write the time between the two exchanges, in seconds")? {
        Value::Integer(seconds) => seconds as f64,
        Value::Float(seconds) => seconds,
        value => {
            fields.problems.wrong_type(&at, &value, "a number of seconds");
            return None;
        }
    };
    if !(0.0..=f64::from(LONGEST_TIME)).contains(&seconds) {
        let message = format!("`{}` is not a time that can pass between two exchanges", number_text(seconds));
        fields.problems.add(&at, message, format!("write a number of seconds, from 0 to {LONGEST_TIME}"));
        return None;
    }
    // The time is rounded to the millisecond, so that the number that is written is the same when it is read back.
    let seconds = (seconds * 1000.0).round() / 1000.0;
    Some(After { exchange: earlier?, seconds })
}
