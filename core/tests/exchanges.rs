//! Runs every vector of `tests/vectors/exchanges`: how a browser handles an exchange according to the standard.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::vector_file::VectorFile;
use corsac::browser::{Exchange, StepName};
use corsac::explain::diagnose;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    why: String,
    spec: String,
    fetch: String,
    exchange: Json,
    expect: Expect,
}

/// The expectation. Fields that are left out are not compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    verdict: String,
    /// The check that failed, or null.
    failed: Option<String>,
    cross_origin: Option<bool>,
    preflight: Option<Preflight>,
    readable_headers: Option<Vec<String>>,
    hidden_headers: Option<Vec<String>>,
    dropped_headers: Option<Vec<String>>,
}

/// The preflight of the first request on the wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preflight {
    needed: bool,
    cached: Option<bool>,
    because: Option<Vec<String>>,
    headers: Option<Vec<(String, String)>>,
}

impl Vector {
    fn run(&self) {
        let id = &self.id;
        let text = self.exchange.to_string();
        let exchange = Exchange::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}"));
        let again = exchange.to_json();
        assert_eq!(Exchange::from_json(again.as_bytes()).unwrap(), exchange, "{id}: {again}");
        let explanation = diagnose(&exchange);
        let expect = &self.expect;
        let failed = explanation.steps.iter().find(|step| !step.passed).map(|step| step.name.as_str());
        assert_eq!((explanation.verdict.as_str(), failed), (expect.verdict.as_str(), expect.failed.as_deref()), "{id}");
        if let Some(cross_origin) = expect.cross_origin {
            assert_eq!(explanation.cross_origin, cross_origin, "{id}");
        }
        for (found, expected) in [
            (&explanation.readable_headers, &expect.readable_headers),
            (&explanation.hidden_headers, &expect.hidden_headers),
            (&explanation.dropped_headers, &expect.dropped_headers),
        ] {
            if let Some(expected) = expected {
                assert_eq!(found, expected, "{id}");
            }
        }
        if let Some(expected) = &expect.preflight {
            let first = explanation.preflights.first().unwrap();
            assert_eq!(first.needed, expected.needed, "{id}");
            if let Some(cached) = expected.cached {
                assert_eq!(first.cached, cached, "{id}");
            }
            if let Some(because) = &expected.because {
                assert_eq!(&first.because, because, "{id}");
            }
            if let Some(headers) = &expected.headers {
                let bytes = |text: &String| text.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<u8>>();
                let headers: Vec<_> = headers.iter().map(|(name, value)| (bytes(name), bytes(value))).collect();
                assert_eq!(first.headers, headers, "{id}");
            }
        }
        let json: Json = serde_json::from_str(&explanation.to_json()).unwrap();
        assert_eq!(json["verdict"], expect.verdict, "{id}");
    }
}

#[test]
fn every_vector() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/exchanges");
    let mut ids = HashSet::new();
    let mut failing = HashSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") || path.ends_with("schema.json") {
            continue;
        }
        let file: VectorFile<Vector> = serde_json::from_slice(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file.schema, "./schema.json");
        for vector in &file.vectors {
            assert!(ids.insert(vector.id.clone()), "{} occurs twice", vector.id);
            assert!(!vector.why.is_empty() && vector.spec.starts_with("8"), "{}", vector.id);
            assert!(!vector.fetch.is_empty() || vector.expect.verdict == "unknown", "{}", vector.id);
            vector.run();
            failing.extend(vector.expect.failed.clone());
        }
    }
    assert!(ids.len() > 100, "only {} vectors", ids.len());
    let never: Vec<_> =
        StepName::ALL.iter().map(|step| step.as_str()).filter(|step| !failing.contains(*step)).collect();
    assert!(never.is_empty(), "no vector fails at {never:?}");
}
