//! Requests and responses of the `http` crate.

use crate::decide::decision::Decision;
use crate::decide::policy::Needs;
use crate::decide::request::{RequestHeader, RequestHeaders};
use ::http::header::HeaderName as Name;
use ::http::{HeaderMap, Uri};

const fn name(header: RequestHeader) -> Option<Name> {
    match header {
        // A pseudo-header is not a header of the map.
        RequestHeader::Authority => None,
        header => Some(Name::from_static(header.as_str())),
    }
}

/// The names of these headers, so that a look-up need not parse them.
static NAMES: [Option<Name>; RequestHeader::ALL.len()] = [
    name(RequestHeader::ALL[0]),
    name(RequestHeader::ALL[1]),
    name(RequestHeader::ALL[2]),
    name(RequestHeader::ALL[3]),
    name(RequestHeader::ALL[4]),
    name(RequestHeader::ALL[5]),
    name(RequestHeader::ALL[6]),
    name(RequestHeader::ALL[7]),
    name(RequestHeader::ALL[8]),
];

impl RequestHeader {
    /// Its name in the `http` crate; `None` for a pseudo-header, which is a part of the URI there.
    #[must_use]
    pub fn http_name(self) -> Option<&'static Name> {
        NAMES.get(self as usize)?.as_ref()
    }
}

impl<'r> From<&'r HeaderMap> for RequestHeaders<'r> {
    fn from(headers: &'r HeaderMap) -> Self {
        headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())).collect()
    }
}

impl<'r> RequestHeaders<'r> {
    /// The headers of a request of the `http` crate on which its decision depends: no other header is looked at.
    ///
    /// The authority is that of the URI, which has it for HTTP/2 and for a target with a host.
    #[must_use]
    pub fn needed(needs: Needs, method: &[u8], uri: &'r Uri, headers: &'r HeaderMap) -> Self {
        let mut needed = RequestHeaders::default();
        for header in needs.headers_of(method).iter().copied() {
            match header.http_name() {
                Some(name) => {
                    for value in headers.get_all(name) {
                        needed.put(header, value.as_bytes());
                    }
                }
                None => {
                    if let Some(authority) = uri.authority() {
                        needed.put(header, authority.as_str().as_bytes());
                    }
                }
            }
        }
        needed
    }
}

impl Decision<'_> {
    /// [`apply_to`](Self::apply_to) for a header map of the `http` crate, which cannot fail.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let Ok(()) = self.apply_to(headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::HeaderValue;

    const METHODS: [&[u8]; 4] = [b"GET", b"POST", b"OPTIONS", b"options"];

    /// The headers that are left out do not change the decision.
    #[test]
    fn headers_that_are_left_out_decide_nothing() {
        let policies = [
            "allow_origins = ['https://a.example']\nallow_private_network = true",
            "allow_origins = ['https://a.example']\n[protection]\nwrites = 'reject'\nwebsockets = 'reject'",
        ];
        let uri: Uri = "https://b.example/x".parse().unwrap();
        let lines: [&[(&str, &str)]; 5] = [
            &[],
            &[("origin", "https://a.example")],
            &[("origin", "https://a.example"), ("origin", "https://b.example")],
            &[("origin", "https://a.example"), ("host", "a.example"), ("sec-fetch-site", "cross-site")],
            &[("origin", "https://b.example"), ("upgrade", "h2c"), ("upgrade", "websocket"), ("accept", "*/*")],
        ];
        for (policy, lines, method) in
            policies.iter().flat_map(|policy| lines.iter().flat_map(move |l| METHODS.map(|method| (policy, l, method))))
        {
            let policy = crate::Policy::from_toml(policy).unwrap();
            let mut map = HeaderMap::new();
            for (name, value) in lines.iter().chain(&[
                ("access-control-request-method", "PUT"),
                ("access-control-request-headers", "x-a"),
                ("access-control-request-private-network", "true"),
            ]) {
                map.append(*name, HeaderValue::from_static(value));
            }
            let mut all = RequestHeaders::from(&map);
            all.put(RequestHeader::Authority, b"b.example");
            let needed = RequestHeaders::needed(policy.needs(), method, &uri, &map);
            let decide = |headers: &RequestHeaders<'_>| {
                let crate::Evaluation::Decided(decision) = policy.evaluate(&headers.request(method, None)) else {
                    panic!("there is no predicate")
                };
                let headers: Vec<_> = decision.headers().map(|header| (header.name, header.value.to_vec())).collect();
                (decision.action(), decision.reason(), headers)
            };
            assert_eq!(decide(&all), decide(&needed), "{method:?} {lines:?}");
        }
    }
}
