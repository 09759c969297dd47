//! Merging `Vary`: every field that the application named is kept, and no field is named twice.

/// Merges a decision's `Vary` into the lines of the application's response, and returns the whole value.
///
/// Fields that the application already names, in upper or lower case, are not added again, and nothing is added to `*`.
/// The application's own value is kept as it is, with its lines joined with `, ` and without blank lines. Source: Fetch,
/// "CORS protocol and HTTP caches"; RFC 9110, section 12.5.5.
#[must_use]
pub fn merge_vary<'a>(application: impl IntoIterator<Item = &'a [u8]>, decision: &[u8]) -> Vec<u8> {
    let mut merged = Vec::new();
    for line in application {
        if !line.trim_ascii().is_empty() {
            append(&mut merged, line);
        }
    }
    let named = merged.clone();
    if fields(&named).any(|field| field == b"*") {
        return merged;
    }
    for field in fields(decision) {
        if !fields(&named).any(|other| other.eq_ignore_ascii_case(field)) {
            append(&mut merged, field);
        }
    }
    merged
}

fn append(merged: &mut Vec<u8>, part: &[u8]) {
    if !merged.is_empty() {
        merged.extend_from_slice(b", ");
    }
    merged.extend_from_slice(part);
}

fn fields(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|field| !field.is_empty())
}
