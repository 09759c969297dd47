//! Any text that is read as an exchange leads to an error, or to an explanation in JSON, and the exchange can be
//! written and read back.
#![no_main]

use corsac::browser::Exchange;
use corsac::explain::diagnose;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    match Exchange::from_json(text) {
        Err(error) => assert!(!error.problems().is_empty()),
        Ok(exchange) => {
            let explanation = diagnose(&exchange);
            assert_eq!(Exchange::from_json(exchange.to_json().as_bytes()).as_ref(), Ok(&exchange));
            assert!(explanation.to_json().starts_with('{'));
        }
    }
});
