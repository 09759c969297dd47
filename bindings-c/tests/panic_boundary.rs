//! A panic does not leave the library. No exported function can be made to panic, so the boundary is tested by itself.

#![allow(non_camel_case_types, clippy::panic, missing_docs, dead_code, unreachable_pub)]

#[path = "../src/panic_boundary.rs"]
mod panic_boundary;
#[path = "../src/status.rs"]
mod status;

use status::corsac_status::{CORSAC_NULL, CORSAC_OK, CORSAC_PANIC};

#[test]
fn a_panic_becomes_a_status() {
    assert_eq!(panic_boundary::status(|| Ok(())), CORSAC_OK);
    assert_eq!(panic_boundary::status(|| Err(CORSAC_NULL)), CORSAC_NULL);
    assert_eq!(panic_boundary::status(|| panic!("on purpose")), CORSAC_PANIC);
}

#[test]
fn a_panic_becomes_the_fallback() {
    assert_eq!(panic_boundary::value(1, || 2), 2);
    assert_eq!(panic_boundary::value(1, || panic!("on purpose")), 1);
}

/// A payload that panics again when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_payload_that_panics_is_not_dropped() {
    assert_eq!(panic_boundary::value(1, || std::panic::panic_any(Bomb)), 1);
}
