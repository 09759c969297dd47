//! What needs no preflight: safelisted methods and request headers.

/// Whether a type's essence is one that a form can send.
pub(crate) fn is_form_type(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        .iter()
        .any(|simple| essence.eq_ignore_ascii_case(simple.as_bytes()))
}
