//! Any text that is read as an exchange leads to an explanation without control characters, or to an error with a help
//! for each problem.
#![no_main]

use corsac::Policy;
use corsac::browser::Exchange;
use corsac::explain::diagnose;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "allow_origins = ['https://*.example.com', 'https://app.example.org']\nallow_credentials = true\n\
                [[routes]]\npath = '/items/{id}'\nallow_methods = ['PUT']\n";
    Policy::from_toml(text).expect("a policy")
});

fuzz_target!(|text: &[u8]| {
    match Exchange::from_json(text) {
        Err(error) => assert!(error.problems().iter().all(|problem| !problem.help.is_empty())),
        Ok(exchange) => {
            for explanation in [diagnose(&exchange), POLICY.explain(&exchange)] {
                assert!(!explanation.to_string().replace('\n', "").contains(char::is_control));
                assert!(explanation.findings.iter().all(|finding| !finding.help.is_empty()));
            }
        }
    }
});
