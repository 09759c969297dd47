//! Origins that are well-formed but would allow too much.

use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::LABEL_GLOBS;
use crate::printable::printable;

/// `*` next to anything else that allows origins.
pub(crate) fn any_origin_not_alone() -> Fault {
    Fault::new(
        Code::AnyOriginNotAlone,
        "`*` allows every origin, so nothing else can be listed with it",
        "remove `*`, or remove everything else that says which origins are allowed",
    )
}

pub(crate) fn any_origin_with_credentials() -> Fault {
    Fault::new(
        Code::AnyOriginWithCredentials,
        "`*` with credentials would let every site read responses with the user's session, and browsers refuse it",
        "list the origins, as in `https://app.example.com` or `https://*.example.com`, or do not allow credentials",
    )
}

/// `null`. `lift` says how to allow it.
pub(crate) fn null_origin(lift: &str) -> Fault {
    Fault::new(
        Code::NullOrigin,
        "`null` is the origin of sandboxed frames, so any site can have it",
        format!("serve the page over https and list its origin, or {lift}"),
    )
}

/// Plain http with credentials. The suggestion is the same origin with https.
pub(crate) fn insecure_origin(text: &str, suggestion: Option<String>, lift: &str) -> Fault {
    let secure = suggestion.unwrap_or_else(|| "serve it over https and list that origin".into());
    Fault::new(
        Code::InsecureOrigin,
        format!(
            "`{}` is plain http, so anyone on the network path could impersonate it and use the user's credentials",
            printable(text)
        ),
        format!("{secure}, or {lift}"),
    )
}

/// A pattern that matches below a public suffix, with credentials.
pub(crate) fn public_suffix(text: &str, lift: &str) -> Fault {
    Fault::new(
        Code::PublicSuffix,
        format!("`{}` matches names that anyone can register, and credentials are allowed", printable(text)),
        format!("put the domain that you control before the public suffix, as in `https://*.example.com`, or {lift}"),
    )
}

/// A pattern of any extension of a browser, with credentials.
pub(crate) fn any_extension(text: &str, lift: &str) -> Fault {
    Fault::new(
        Code::AnyExtension,
        format!("`{}` lets every extension of that browser read responses with the user's session", printable(text)),
        format!(
            "list the extension by its identifier, as in `chrome-extension://abcdefghijklmnopabcdefghijklmnop`, or {lift}"
        ),
    )
}

/// Plain http without credentials. The suggestion is the same origin with https.
pub(crate) fn plain_http_origin(text: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        Code::PlainHttpOrigin,
        format!("`{}` is plain http, so anyone on the network path could impersonate it", printable(text)),
        suggestion.unwrap_or_else(|| "serve it over https and list that origin".into()),
    )
}

/// A `*.` pattern with credentials.
pub(crate) fn subdomains_with_credentials(text: &str) -> Fault {
    Fault::new(
        Code::SubdomainsWithCredentials,
        format!(
            "`{}` lets every subdomain read responses with the user's session, including one that someone else took over",
            printable(text)
        ),
        "list the subdomains that need the session, if they are known",
    )
}

/// `null` with credentials, where its check is lifted.
pub(crate) fn null_with_credentials() -> Fault {
    Fault::new(
        Code::NullWithCredentials,
        "`null` is the origin of sandboxed frames, so any site could read responses with the user's session",
        "serve the page over https and list its origin, or do not allow credentials",
    )
}

/// An origin on the user's own machine, in a list with others, with credentials.
pub(crate) fn localhost_with_public_origins(text: &str) -> Fault {
    Fault::new(
        Code::LocalhostWithPublicOrigins,
        format!(
            "`{}` is on the user's own machine, where any program can serve a page that reads responses with the user's session",
            printable(text)
        ),
        "list it only in the policy that you use for development, and not together with origins of other machines",
    )
}

/// An entry that another entry covers.
pub(crate) fn redundant_pattern(text: &str, by: &str) -> Fault {
    Fault::new(
        Code::RedundantPattern,
        format!("`{}` is already covered by `{}`", printable(text), printable(by)),
        "remove it, or remove the pattern that covers it",
    )
}

/// A well-formed origin that is never sent.
pub(crate) fn origin_never_sent(text: &str) -> Fault {
    Fault::new(
        Code::OriginNeverSent,
        format!(
            "no browser sends the origin `{}`: no page has its scheme, or its punycode is not valid",
            printable(text)
        ),
        "remove it, or write the origin as the browser's console prints it",
    )
}

pub(crate) fn too_many_globs(count: usize) -> Fault {
    Fault::new(
        Code::TooManyGlobs,
        format!(
            "there are {count} patterns with a `*` within a label, but at most {LABEL_GLOBS} are allowed, since they are compared \
             one by one"
        ),
        "write `*.` patterns or exact origins, of which there can be millions",
    )
}
