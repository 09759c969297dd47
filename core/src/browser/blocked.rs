//! The reasons for which a browser does not let a script read a response.

use std::fmt;

/// Why a response fails a check of CORS, so that a script may not read it or its request is not even sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocked {
    /// The response has no `Access-Control-Allow-Origin`.
    NoAllowOrigin,
    /// `Access-Control-Allow-Origin` has this value, which is another origin or several.
    OtherOrigin(String),
    /// `Access-Control-Allow-Origin` is `*`, which cannot be used with credentials.
    AnyOriginWithCredentials,
    /// `Access-Control-Allow-Credentials` has this value instead of `true`. The value is empty if there is no
    /// such header.
    NoCredentials(String),
    /// The preflight has this status, which is outside the range from 200 to 299.
    PreflightStatus(u16),
    /// The preflight's list of methods has this element, which is not a token.
    InvalidMethods(String),
    /// The preflight's list of headers has this element, which is not a token.
    InvalidHeaders(String),
    /// The preflight does not allow this method.
    Method(String),
    /// The preflight does not allow the header of this name, which is in lower case.
    Header(String),
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blocked::NoAllowOrigin => f.write_str("the response has no `access-control-allow-origin`"),
            Blocked::OtherOrigin(value) => {
                write!(f, "`access-control-allow-origin` is `{value}`, not the page's origin")
            }
            Blocked::AnyOriginWithCredentials => {
                f.write_str("`access-control-allow-origin` is `*`, which cannot be used with credentials")
            }
            Blocked::NoCredentials(_) => f.write_str("`access-control-allow-credentials` is not `true`"),
            Blocked::PreflightStatus(status) => write!(f, "the preflight's status is {status}, not 200 to 299"),
            Blocked::InvalidMethods(value) => {
                write!(f, "the preflight's `access-control-allow-methods` has `{value}`, which is not a token")
            }
            Blocked::InvalidHeaders(value) => {
                write!(f, "the preflight's `access-control-allow-headers` has `{value}`, which is not a token")
            }
            Blocked::Method(method) => write!(f, "the preflight's `access-control-allow-methods` lacks `{method}`"),
            Blocked::Header(name) => write!(f, "the preflight's `access-control-allow-headers` lacks `{name}`"),
        }
    }
}
