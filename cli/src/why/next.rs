//! The command to type next.

use corsac::browser::{Credentials, Exchange};
use corsac::explain::ConsoleSentence;

/// The command that sends what a page would send, for a request that was captured.
pub(super) fn probe(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let mut words = vec![
        "corsac".to_owned(),
        "probe".to_owned(),
        quoted(&request.url),
        "--from".to_owned(),
        quoted(&exchange.page),
    ];
    if request.method != "GET" {
        words.extend(["-X".to_owned(), quoted(&request.method)]);
    }
    for (name, value) in &request.headers {
        let text: String = name.iter().chain(b": ").chain(value).copied().map(char::from).collect();
        words.extend(["-H".to_owned(), quoted(&text)]);
    }
    if let corsac::browser::Body::Typed(kind) = &request.body
        && !kind.is_empty()
    {
        words.extend(["-H".to_owned(), quoted(&format!("content-type: {kind}"))]);
    }
    if request.credentials() == Credentials::Include {
        words.push("--credentials".to_owned());
    }
    words.join(" ")
}

/// The same for a sentence from a console, if it shows the request.
pub(super) fn probe_for(
    sentence: &ConsoleSentence,
    page: Option<&str>,
    url: Option<&str>,
    credentials: bool,
) -> String {
    let url = url.map(str::to_owned).or_else(|| sentence.url.clone()).unwrap_or_else(|| "URL".to_owned());
    let page = page.map(str::to_owned).or_else(|| sentence.page.clone()).unwrap_or_else(|| "ORIGIN".to_owned());
    let mut words = vec!["corsac".to_owned(), "probe".to_owned(), quoted(&url), "--from".to_owned(), quoted(&page)];
    if let Some(method) = &sentence.method {
        words.extend(["-X".to_owned(), quoted(method)]);
    }
    if let Some(name) = &sentence.header {
        let value = if name == "content-type" { "application/json" } else { "1" };
        words.extend(["-H".to_owned(), quoted(&format!("{name}: {value}"))]);
    }
    if credentials || sentence.has_credentials {
        words.push("--credentials".to_owned());
    }
    words.join(" ")
}

/// A word, quoted for Unix shells.
fn quoted(word: &str) -> String {
    let printable: String = word.chars().filter(|c| !c.is_control()).collect();
    shlex::try_quote(&printable).map_or_else(|_| String::new(), |word| word.into_owned())
}
