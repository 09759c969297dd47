//! The shared vectors about an application that sets headers itself.

use crate::kit::{ServiceOf, application, request};
use corsac_tower::{CorsLayer, Policy};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use tower::Layer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    #[serde(rename = "spec")]
    _spec: String,
    #[serde(rename = "why")]
    _why: String,
    config: serde_json::Value,
    request: RequestOf,
    application: Pairs,
    response: Pairs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestOf {
    method: String,
    headers: Pairs,
}

type Pairs = Vec<(String, String)>;

fn by_name<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Vec<String>> {
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in pairs {
        values.entry(name.to_ascii_lowercase()).or_default().push(value.to_owned());
    }
    values
}

fn strs(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn header_map(pairs: &Pairs) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in strs(pairs) {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

#[tokio::test]
async fn vectors() {
    // From the repository's folder, so that there is only one copy.
    let file: File = serde_json::from_str(include_str!("../../../tests/vectors/apply/apply.json")).unwrap();
    assert!(file.vectors.len() > 10);
    for vector in file.vectors {
        let layer = CorsLayer::new(Policy::from_json(vector.config.to_string()).unwrap());
        let headers: Vec<_> = strs(&vector.request.headers).collect();
        let service = layer.layer(application(header_map(&vector.application)));
        // If a service has two layers with one policy, the policy is applied twice.
        let twice = layer.layer(service.clone());
        for response in [
            service.send(request(&vector.request.method, "/", &headers)).await,
            twice.send(request(&vector.request.method, "/", &headers)).await,
        ] {
            let sent = by_name(response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())));
            assert_eq!(sent, by_name(strs(&vector.response)), "{} ({})", vector.id, response.status());
        }
    }
}
