//! The options that describe a request of a page, and the exchange that they make.

use crate::failure::Failure;
use clap::Args;
use corsac::binding::Value;
use corsac::browser::{Exchange, ExchangeError, Initiator, Mode};

/// A request of a page, as options describe it.
#[derive(Args, Debug)]
pub(crate) struct RequestArguments {
    /// The origin of the page: scheme, host and port, or `null`
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) from: String,

    /// The method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,

    /// A header that the script sets; can be given several times
    #[arg(short = 'H', long = "header", value_name = "'NAME: VALUE'")]
    pub(crate) headers: Vec<String>,

    /// The request is made with cookies: `credentials: "include"`
    #[arg(long)]
    pub(crate) credentials: bool,

    /// The mode of the request, if it is not the usual one
    #[arg(long, value_parser = words(modes()))]
    pub(crate) mode: Option<String>,

    /// The API or element that makes the request
    #[arg(long, value_parser = words(Initiator::ALL.iter().map(|initiator| initiator.as_str()).collect()), default_value = "fetch")]
    pub(crate) initiator: String,
}

impl RequestArguments {
    /// A call to `fetch()` with its usual mode.
    pub(crate) fn fetch(from: &str, method: &str, headers: Vec<String>, credentials: bool) -> Self {
        RequestArguments {
            from: from.to_owned(),
            method: method.to_owned(),
            headers,
            credentials,
            mode: None,
            initiator: "fetch".to_owned(),
        }
    }
}

/// The modes that a request can name. Only a WebSocket has the mode `websocket`, which its initiator implies.
fn modes() -> Vec<&'static str> {
    Mode::ALL.iter().filter(|mode| **mode != Mode::WebSocket).map(|mode| mode.as_str()).collect()
}

fn words(words: Vec<&'static str>) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(words)
}

/// The application's response, as described by options.
#[derive(Args, Debug)]
pub(crate) struct ResponseArguments {
    /// The status that the application itself responds with
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    pub(crate) status: u16,

    /// A header that the application itself sets; can be given several times
    #[arg(long = "response-header", value_name = "'NAME: VALUE'")]
    pub(crate) response_headers: Vec<String>,
}

impl ResponseArguments {
    /// A 200 without headers.
    pub(crate) fn ok() -> Self {
        ResponseArguments { status: 200, response_headers: Vec::new() }
    }
}

/// The exchange that the options describe.
pub(crate) fn exchange(
    url: &str,
    request: &RequestArguments,
    response: &ResponseArguments,
) -> Result<Exchange, Failure> {
    let mut asked = vec![
        ("url", text(url)),
        ("method", text(&request.method)),
        ("headers", headers("-H", &request.headers)?),
        ("initiator", text(&request.initiator)),
    ];
    if request.credentials {
        asked.push(("credentials", text("include")));
    }
    if let Some(mode) = &request.mode {
        asked.push(("mode", text(mode)));
    }
    let answered = vec![
        ("status", Value::Integer(i64::from(response.status))),
        ("headers", headers("--response-header", &response.response_headers)?),
    ];
    let exchange = map(vec![("page", text(&request.from)), ("request", map(asked)), ("response", map(answered))]);
    Exchange::from_value(exchange).map_err(|error| in_options(&error))
}

/// The exchange as it is sent to a server: with its secrets, and without responses.
pub(crate) fn to_send(url: &str, request: &RequestArguments) -> Result<Exchange, Failure> {
    if !["http://", "https://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme)) {
        return Err(Failure::input(format!("`{}` is not an http or https URL", corsac::binding::printable(url)))
            .help("write the whole URL, as in `https://api.example.com/items`"));
    }
    // This checks the exchange and removes its secrets, which are then put back, because they have to be sent.
    let mut exchange = exchange(url, request, &ResponseArguments::ok())?;
    exchange.hops.clear();
    url.clone_into(&mut exchange.request.url);
    let lines = request.headers.iter().filter_map(|line| line.split_once(':'));
    exchange.request.headers = lines.map(|(name, value)| (latin1(name.trim()), latin1(value.trim()))).collect();
    Ok(exchange)
}

/// The server of the policy, if only a path is given: the first of these that is not the page's own.
const SERVERS: [&str; 2] = ["https://server.example", "https://another-server.example"];

/// A path becomes a URL of a server that is not the page's.
pub(crate) fn absolute(url: &str, page: &str) -> String {
    if !url.starts_with('/') || url.starts_with("//") {
        return url.to_owned();
    }
    let server = SERVERS.into_iter().find(|server| *server != page).unwrap_or_default();
    format!("{server}{url}")
}

/// The fields of an exchange, each with the option that sets it.
const OPTIONS: &[(&str, &str)] = &[
    ("page", "--from"),
    ("request.url", "the URL"),
    ("request.method", "-X"),
    ("request.headers", "-H"),
    ("response.headers", "--response-header"),
];

fn in_options(error: &ExchangeError) -> Failure {
    Failure::of_exchange(error, |found| {
        let option = OPTIONS.iter().find(|(path, _)| found.starts_with(path));
        option.map_or_else(String::new, |(_, option)| format!("{option}: "))
    })
}

fn headers(option: &str, lines: &[String]) -> Result<Value, Failure> {
    let pair = |line: &String| match line.split_once(':') {
        Some((name, value)) => Ok(Value::List(vec![text(name.trim()), text(value.trim())])),
        None => Err(Failure::input(format!("{option}: `{}` has no colon", corsac::binding::printable(line)))
            .help(format!("write the name, a colon and the value, as in `{option} 'X-Request-Id: 7'`"))),
    };
    Ok(Value::List(lines.iter().map(pair).collect::<Result<_, _>>()?))
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The bytes of a header's value, as browsers send them: Latin-1, if it has no other characters.
pub(crate) fn latin1(value: &str) -> Vec<u8> {
    let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
    bytes.unwrap_or_else(|_| value.as_bytes().to_vec())
}
