//! The differences between the responses of a policy and those that a server sent, and what could have changed them.

use crate::browser::exchange::{Answer, Exchange};
use crate::browser::header_lines::values;
use crate::browser::octets::latin1;
use crate::decide::policy::Policy;
use crate::explain::captured::{as_application, observed_or_decided};
use crate::explain::diagnose::diagnose;
use crate::explain::experiment::{header, varies};
use crate::explain::explanation::Explanation;
use crate::printable::printable;
use crate::response::header_name::OWNED_HEADERS;

/// A header that differs between the policy's response and the one that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireDifference {
    /// The number of the request in the exchange, from 0.
    pub hop: usize,
    /// Whether the header is in the response to the preflight of that request.
    pub is_preflight: bool,
    /// The header, in lower case, or `status`.
    pub header: String,
    /// The values that the policy sends, one for each line.
    pub by_policy: Vec<String>,
    /// The values that came.
    pub on_wire: Vec<String>,
    /// The difference, and its possible causes.
    pub message: String,
}

/// Captured responses, compared with those of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct WireComparison {
    /// The explanation that [`explain_captured`](crate::binding::explain_captured) gives for them.
    pub explanation: Explanation,
    /// The CORS headers in which they differ from what the policy sends in response to the same requests.
    pub differences: Vec<WireDifference>,
}

/// Explains captured responses, and compares them with what a policy sends in response to the same requests.
#[must_use]
pub fn compare_with_wire(policy: &Policy, exchange: &Exchange) -> WireComparison {
    let by_policy = policy.explain(&as_application(exchange));
    let differences = differences(&by_policy.exchange, exchange);
    WireComparison { explanation: observed_or_decided(diagnose(exchange), || by_policy), differences }
}

fn differences(by_policy: &Exchange, exchange: &Exchange) -> Vec<WireDifference> {
    let mut found = Vec::new();
    for (hop, (wire, policy)) in exchange.hops.iter().zip(&by_policy.hops).enumerate() {
        for (is_preflight, wire, policy) in
            [(true, &wire.preflight, &policy.preflight), (false, &wire.response, &policy.response)]
        {
            let (Some(came), Some(sent)) = (wire.status(), policy.status()) else { continue };
            let mut add = |header: &str, by_policy: Vec<String>, on_wire: Vec<String>, message: String| {
                found.push(WireDifference {
                    hop,
                    is_preflight,
                    header: header.to_owned(),
                    by_policy,
                    on_wire,
                    message,
                });
            };
            if is_preflight && came != sent {
                let who = server_of(wire);
                add(
                    "status",
                    vec![sent.to_string()],
                    vec![came.to_string()],
                    format!("the status is {came}, and the policy sends {sent}: {who} responds instead"),
                );
            }
            for name in OWNED_HEADERS {
                let name = name.as_str();
                let lines = |answer: &Answer| values(answer.headers(), name).map(latin1).collect::<Vec<_>>();
                let (on_wire, by_policy) = (lines(wire), lines(policy));
                if normal(&on_wire) != normal(&by_policy) {
                    let message = who_changed(name, &by_policy, &on_wire, wire);
                    add(name, by_policy, on_wire, message);
                }
            }
            // Other layers may add names to `Vary`.
            if varies(policy) && !varies(wire) {
                add(
                    "vary",
                    vec!["Origin".to_owned()],
                    values(wire.headers(), "vary").map(latin1).collect(),
                    format!("`Vary: Origin` is missing: {} drops it, or overwrites `Vary`", server_of(wire)),
                );
            }
        }
    }
    found
}

/// The lines of a header. Lists are compared without their spaces.
fn normal(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_ascii_lowercase()).collect()
}

fn who_changed(name: &str, by_policy: &[String], on_wire: &[String], wire: &Answer) -> String {
    let who = server_of(wire);
    let shown = |values: &[String]| printable(&values.join(", "));
    match (by_policy, on_wire) {
        ([], _) => format!("`{name}: {}` does not come from the policy: {who} adds it", shown(on_wire)),
        (_, []) => format!("`{name}` is missing: {who} drops it, or responds instead of the application"),
        _ if on_wire.len() > by_policy.len()
            || on_wire.concat().matches(',').count() > by_policy.concat().matches(',').count()
                && name == "access-control-allow-origin" =>
        {
            let times = match on_wire.len() {
                0..=2 => "twice".to_owned(),
                more => format!("{more} times"),
            };
            format!("`{name}` is sent {times}: {who} adds its own to that of the policy")
        }
        _ => format!(
            "`{name}` is `{}`, and the policy sends `{}`: {who} replaces it, or the server runs with another version \
             of the policy",
            shown(on_wire),
            shown(by_policy)
        ),
    }
}

/// The layer between the application and the network, if the response shows one.
fn server_of(wire: &Answer) -> String {
    const SIGNS: [(&str, &str); 7] = [
        ("cf-ray", "Cloudflare"),
        ("x-amz-cf-id", "CloudFront"),
        ("x-vercel-id", "Vercel"),
        ("x-served-by", "Fastly or another CDN"),
        ("x-azure-ref", "Azure Front Door"),
        ("x-amzn-requestid", "API Gateway"),
        ("x-kong-proxy-latency", "Kong"),
    ];
    let sign = SIGNS.iter().find(|(name, _)| header(wire, name).is_some()).map(|(_, who)| (*who).to_owned());
    let via = || header(wire, "via").map(|via| format!("a proxy (`Via: {}`)", printable(&via)));
    let server =
        || header(wire, "server").map(|server| format!("the server `{}` or what is behind it", printable(&server)));
    sign.or_else(via).or_else(server).unwrap_or_else(|| "another layer, such as a proxy or the framework,".to_owned())
}
