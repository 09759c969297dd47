//! The model of browsers, compared with recordings of three engines.
//!
//! Each difference is listed with its reason in `differences.json`. A difference that is not listed fails the test, and
//! so does a listed one that no longer occurs.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::browser::{Exchange, Preflight};
use corsac::explain::{EngineExplanation, diagnose};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

const FIELDS: [&str; 5] = ["verdict", "preflights", "preflight_sent", "readable_headers", "console"];

fn read(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/browsers").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn texts(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// One field of an engine's behaviour, in the form of the recording.
fn modelled(engine: &EngineExplanation, field: &str) -> Json {
    let sent = |preflight: &&Preflight| preflight.needed && !preflight.cached;
    match field {
        "verdict" => json!(engine.verdict.as_str()),
        "readable_headers" => json!(engine.readable_headers),
        "console" => json!(engine.console),
        "preflight_sent" => json!(engine.preflights.iter().any(|preflight| sent(&preflight))),
        "preflights" => {
            let hops = engine.preflights.iter().enumerate().filter(|(_, preflight)| sent(preflight));
            hops.map(|(hop, preflight)| {
                let get = |name: &str| {
                    let line = preflight.headers.iter().find(|(found, _)| found == name.as_bytes());
                    line.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                };
                let mut shown =
                    json!({"hop": hop, "method": get("access-control-request-method"), "origin": get("origin")});
                if let Some(names) = get("access-control-request-headers") {
                    shown["headers"] = json!(names);
                }
                shown
            })
            .collect()
        }
        _ => unreachable!("{field}"),
    }
}

#[test]
fn engines_do_what_was_recorded() {
    let recorded = read("recorded.json");
    let noted = read("noted.json");
    let suite = read("suite.json");
    let recorded = recorded["exchanges"].as_array().unwrap();
    assert!(recorded.len() >= 666);
    let suite = suite["exchanges"].as_array().unwrap();
    assert!(suite.len() >= 1000);
    let exchanges: Vec<&Json> = recorded.iter().chain(noted["exchanges"].as_array().unwrap()).chain(suite).collect();
    // The fields that differ, by exchange and engine.
    let mut found: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    let mut shown = Vec::new();
    let mut ids = HashSet::new();
    for entry in &exchanges {
        let id = entry["id"].as_str().unwrap();
        assert!(ids.insert(id), "{id} occurs twice");
        let exchange = Exchange::from_json(entry["exchange"].to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let explanation = diagnose(&exchange);
        for engine in &explanation.engines {
            let expect = &entry["expect"];
            for field in FIELDS {
                let expected = match (&expect[engine.name][field], &expect["every"][field]) {
                    (Json::Null, Json::Null) => continue,
                    (Json::Null, every) => every,
                    (own, _) => own,
                };
                // Engines print secrets, and corsac leaves them out.
                let expected: &Json =
                    &serde_json::from_str(&expected.to_string().replace("//user:pass@", "//redacted@")).unwrap();
                let modelled = modelled(engine, field);
                if modelled != *expected {
                    found.entry((id.to_owned(), engine.name.to_owned())).or_default().insert(field);
                    shown.push((id, engine.name, field, expected.clone(), modelled));
                }
            }
        }
    }
    let mut listed: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    let differences = read("differences.json");
    for difference in differences["differences"].as_array().unwrap() {
        assert!(!difference["reason"].as_str().unwrap().is_empty());
        for (id, engine) in texts(&difference["ids"])
            .into_iter()
            .flat_map(|id| texts(&difference["engines"]).into_iter().map(move |engine| (id, engine)))
        {
            assert!(ids.contains(id), "{id} is not a recorded exchange");
            for field in texts(&difference["fields"]) {
                let field = FIELDS.into_iter().find(|known| *known == field).expect("a field that is compared");
                assert!(
                    listed.entry((id.to_owned(), engine.to_owned())).or_default().insert(field),
                    "{id} {engine} {field} is listed twice"
                );
            }
        }
    }
    for engine in ["chromium", "firefox", "webkit"] {
        let differ = found.keys().filter(|(_, name)| name == engine).count();
        let share = 100.0 * (exchanges.len() - differ) as f64 / exchanges.len() as f64;
        println!("{engine}: {differ} of {} exchanges differ, {share:.1} % are equal", exchanges.len());
        assert!(share >= 99.0 || std::env::var_os("CORSAC_SHOW_DIFFERENCES").is_some(), "{engine}: {share:.1} %");
    }
    let missing: Vec<_> = shown
        .iter()
        .filter(|(id, engine, field, ..)| {
            !listed.get(&((*id).to_owned(), (*engine).to_owned())).is_some_and(|fields| fields.contains(field))
        })
        .collect();
    for (id, engine, field, expected, modelled) in &missing {
        println!("{id} {engine} {field}\n  recorded {expected}\n  modelled {modelled}");
    }
    let gone: Vec<_> = listed
        .iter()
        .flat_map(|(key, fields)| fields.iter().map(move |field| (key, field)))
        .filter(|(key, field)| !found.get(*key).is_some_and(|fields| fields.contains(*field)))
        .collect();
    assert!(missing.is_empty(), "{} differences are not listed", missing.len());
    assert!(gone.is_empty(), "listed, and no longer a difference: {gone:?}");
}
