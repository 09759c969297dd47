//! Requests without a response. CORS is not the cause, although browsers often print that it is.

use super::{About, finding};
use crate::browser::words::NetworkError;
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

/// Without a host, it is not known which server was asked.
pub(crate) fn no_response(error: NetworkError, about: About, host: Option<&str>) -> Finding {
    let named = |unknown: &str| host.map_or_else(|| unknown.to_owned(), |host| format!("`{}`", printable(host)));
    let server = named("the server");
    let request = if about == About::Preflight { "the preflight" } else { "the request" };
    match error {
        NetworkError::Dns => finding(
            FindingCode::NameNotResolved,
            format!("the name {} has no address", named("of the server")),
            "check the spelling of the host, and that its DNS record exists where the browser runs",
        ),
        NetworkError::Connection => finding(
            FindingCode::ConnectionFailed,
            format!("{server} did not accept {request}, or closed the connection"),
            "check that the server is running and listens on this host and port, and that no firewall, VPN or ad blocker stops \
             the request; in a container it has to listen on `0.0.0.0`, not on `127.0.0.1`",
        ),
        NetworkError::Tls => finding(
            FindingCode::TlsFailed,
            format!("the browser does not accept the certificate of {server}"),
            "open the URL itself in a tab, which shows what is wrong with the certificate; a self-signed one has to be \
             trusted first",
        ),
        NetworkError::Timeout => finding(
            FindingCode::TimedOut,
            format!("{server} did not respond to {request} in time"),
            "look in the server's log for what takes so long; a firewall that drops packets looks the same",
        ),
        NetworkError::Incomplete => finding(
            FindingCode::ResponseIncomplete,
            format!("the response of {server} to {request} ended too early"),
            "look in the server's log for a crash while it responded, and compare `Content-Length` with the body",
        ),
    }
}

pub(crate) fn gateway_error(status: u16, about: About, server: Option<&str>) -> Finding {
    let who = server.map_or_else(|| "a proxy".to_owned(), |server| format!("the proxy `{}`", printable(server)));
    let request = if about == About::Preflight { "the preflight" } else { "the request" };
    finding(
        FindingCode::GatewayError,
        format!(
            "{who} could not reach the application and responded to {request} with an error page of its own \
             ({status}), which has no CORS headers"
        ),
        "check that the application is running and that the proxy's upstream is right; if scripts should see the status of \
         such errors, have the proxy send the CORS headers with its own error pages",
    )
}

pub(crate) fn handshake_refused(status: u16) -> Finding {
    finding(
        FindingCode::HandshakeRefused,
        format!("the server responded to the WebSocket handshake with {status}, not with 101"),
        "CORS does not apply to WebSockets: look for the server's own check of `Origin`, and for a proxy that does not pass \
         `Upgrade` and `Connection` on",
    )
}
