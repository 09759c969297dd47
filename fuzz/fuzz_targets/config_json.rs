//! Any text becomes a policy, or an error with a message and a help for each issue.
#![no_main]

use corsac::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for result in [Policy::from_json(text), Policy::from_toml(text)] {
        if let Err(error) = result {
            assert!(!error.issues().is_empty());
            for issue in error.issues() {
                assert!(!issue.message.is_empty() && !issue.help.is_empty(), "{issue:?}");
            }
            assert!(!error.to_string().replace('\n', "").contains(char::is_control), "{error:?}");
        }
    }
});
