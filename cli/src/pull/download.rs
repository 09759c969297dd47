//! One conditional GET, with a limit on everything that it reads.

use crate::failure::Failure;
use crate::network::agent::settings;
use crate::network::failures::failed;
use crate::network::options::ClientArguments;
use crate::pull::receipt::{Receipt, Validators};
use corsac::binding::{limits::POLICY_FILE_MIB, printable};
use corsac::browser::Exchange;
use std::ffi::OsString;
use std::io::Read;
use std::net::IpAddr;
use ureq::Error;
use ureq::config::RedirectAuthHeaders;
use ureq::http::header::{AUTHORIZATION, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

/// The largest policy, in bytes.
const MOST_BYTES: u64 = POLICY_FILE_MIB << 20;

/// The most redirects that are followed.
const MOST_REDIRECTS: u32 = 5;

/// The source of the policy.
pub(super) struct Source {
    uri: Uri,
    shown: String,
    is_https: bool,
    authorization: Option<HeaderValue>,
}

impl Source {
    /// Checks a URL, and the value of `Authorization` that the environment has.
    pub(super) fn new(url: &str, authorization: Option<OsString>, variable: &str) -> Result<Self, Failure> {
        let shown = printable(&Exchange::new("null", url).redacted().request.url);
        let wrong = |what: &str| Failure::input(format!("`{shown}` {what}"));
        let uri: Uri = url.parse().map_err(|_| {
            wrong("is not a URL").help("write the whole URL, as in `https://config.example.com/cors.toml`")
        })?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong("contains a user name or a password, which process lists and logs show")
                .help(format!("set the variable {variable} to the value of the header `Authorization`")));
        }
        let is_https = match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => true,
            (Some("http"), Some(host)) if is_loopback(host) => false,
            (Some("http"), Some(_)) => {
                return Err(wrong("is plain http, and anyone on the network path could change the policy").help(
                    "use https; plain http works only for this machine, as in `http://localhost:8080/cors.toml`",
                ));
            }
            _ => {
                return Err(wrong("is not an https URL")
                    .help("write the whole URL, as in `https://config.example.com/cors.toml`"));
            }
        };
        let authorization = authorization.filter(|value| !value.is_empty()).map(|value| {
            let value = value.to_str().and_then(|value| HeaderValue::from_str(value).ok());
            value.ok_or_else(|| {
                Failure::input(format!("the value of the variable {variable} cannot be sent in a header"))
                    .help("write it on one line, as in `Bearer 123`")
            })
        });
        Ok(Source { uri, shown, is_https, authorization: authorization.transpose()? })
    }

    /// The URL without secrets.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

fn is_loopback(host: &str) -> bool {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The result of a request to the server.
pub(super) enum Download {
    /// The server has nothing newer.
    Unchanged,
    Policy {
        text: Vec<u8>,
        validators: Validators,
    },
}

/// Requests the policy. If there is a receipt, only a newer policy is requested.
pub(super) fn download(
    source: &Source,
    known: Option<&Receipt>,
    arguments: &ClientArguments,
) -> Result<Download, Failure> {
    // With https, redirects to http fail. With plain http, no redirect is followed.
    let redirects = if source.is_https { MOST_REDIRECTS } else { 0 };
    let agent = settings(arguments)?
        .https_only(source.is_https)
        .max_redirects(redirects)
        .max_redirects_will_error(source.is_https)
        // The library would also send the login to another port of the same host.
        .redirect_auth_headers(RedirectAuthHeaders::Never)
        .build()
        .new_agent();
    let mut request = Request::new(());
    *request.uri_mut() = source.uri.clone();
    let headers = request.headers_mut();
    if let Some(value) = &source.authorization {
        headers.insert(AUTHORIZATION, value.clone());
    }
    if let Some(known) = known {
        add(headers, IF_NONE_MATCH, known.validators.etag.as_deref());
        add(headers, IF_MODIFIED_SINCE, known.validators.last_modified.as_deref());
    }
    let is_conditional = headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE);
    let response = agent.run(request).map_err(|error| no_response(source, error))?;
    let (parts, body) = response.into_parts();
    match parts.status.as_u16() {
        200 => {}
        304 if is_conditional => return Ok(Download::Unchanged),
        status => return Err(other_status(source, status, &parts.headers)),
    }
    let too_large = || Failure::refused(format!("`{}` has more than {POLICY_FILE_MIB} MiB", source.shown));
    if body.content_length().is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    let mut text = Vec::new();
    let mut reader = body.into_with_config().limit(MOST_BYTES + 2).reader();
    reader
        .by_ref()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| no_response(source, Error::from(error)))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    let value = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Download::Policy { text, validators: Validators { etag: value(ETAG), last_modified: value(LAST_MODIFIED) } })
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        headers.insert(name, value);
    }
}

fn no_response(source: &Source, error: Error) -> Failure {
    match error {
        Error::RequireHttpsOnly(_) => Failure::refused(format!(
            "`{}` redirects to plain http, where anyone could change the policy",
            source.shown
        ))
        .help("name the https URL at which the policy is, or have the server redirect to https"),
        Error::TooManyRedirects => {
            Failure::refused(format!("`{}` redirects more than {MOST_REDIRECTS} times", source.shown))
                .help("name the URL at which the policy is")
        }
        error => {
            let (_, sentence) = failed(error, source.is_https);
            Failure::no_answer(format!("no policy came from `{}`: {}", source.shown, printable(&sentence)))
        }
    }
}

fn other_status(source: &Source, status: u16, headers: &HeaderMap) -> Failure {
    let failure =
        Failure::refused(format!("the server responded with {status} and not with a policy: `{}`", source.shown));
    match status {
        300..=399 if headers.contains_key("location") => failure.help("name the URL to which it redirects"),
        401 | 403 => failure.help(format!(
            "set the variable {} to the value of the header `Authorization`, as in `Bearer 123`; it is not sent \
             to the target of a redirect",
            super::AUTHORIZATION
        )),
        404 => failure.help("check the path of the URL"),
        _ => failure.help("look in the server's log"),
    }
}
