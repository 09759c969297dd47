//! The settings' names: snake_case, camelCase as an alias, and what people write instead.

use crate::config::names_elsewhere;

/// Settings of the `corsac` dialect.
pub const CORSAC: &[&str] = &[
    "allow_origins",
    "allow_origin_regex",
    "allow_methods",
    "allow_headers",
    "allow_credentials",
    "expose_headers",
    "max_age",
    "preflight_status",
    "preflight_continue",
    "allow_private_network",
    "keep_app_headers",
    "dangerously_allow",
    "protection",
    "routes",
    "dialect",
    "$schema",
];

/// Settings of a route: those of the top level, but for what holds for the whole policy.
pub const ROUTE: &[&str] = &[
    "path",
    "allow_origins",
    "allow_origin_regex",
    "allow_methods",
    "allow_headers",
    "allow_credentials",
    "expose_headers",
    "max_age",
    "preflight_status",
    "preflight_continue",
    "allow_private_network",
    "keep_app_headers",
    "dangerously_allow",
    "protection",
];

/// Settings of the `protection` table.
pub const PROTECTION: &[&str] = &["writes", "websockets", "trusted_origins", "report_only"];

/// Under this name a host language may give its origin predicate, a function.
pub(crate) const PREDICATE: &str = "allow_origin";

/// What says which origins may read: a route that gives one of these replaces all of them.
pub(crate) const ORIGIN_GROUP: &[&str] = &["allow_origins", "allow_origin_regex", PREDICATE];

/// Options of the `cors` package, and those settings that it has no counterpart for.
pub const CORS: &[&str] = &[
    "origin",
    "methods",
    "allowed_headers",
    "exposed_headers",
    "credentials",
    "max_age",
    "preflight_continue",
    "options_success_status",
    "allow_private_network",
    "keep_app_headers",
    "dangerously_allow",
    "protection",
    "dialect",
    "$schema",
];

/// Those of [`CORS`] that corsac's own dialect calls otherwise.
pub(crate) const CORS_ONLY: &[&str] =
    &["origin", "methods", "allowed_headers", "exposed_headers", "credentials", "options_success_status"];

/// Lists in which `*` has to stand alone.
pub(crate) const ORIGIN_LISTS: &[&str] = &["allow_origins", "origin"];

/// The key that a name stands for: itself or, for its camelCase alias, the snake_case form.
pub(crate) fn resolve(name: &str, keys: &[&'static str]) -> Option<&'static str> {
    keys.iter().copied().find(|key| *key == name || camel_case(key) == name)
}

/// Whether a name is the predicate's, where settings with these keys have one.
pub(crate) fn is_predicate(name: &str, keys: &[&'static str]) -> bool {
    keys.contains(&"allow_origins") && resolve(name, &[PREDICATE]).is_some()
}

/// Whether a name stands for a setting that the `cors` package has no option of.
pub(crate) fn is_corsac_only(name: &str) -> bool {
    resolve(name, CORSAC).is_some_and(|key| !CORS.contains(&key))
}

/// The camelCase alias of a setting's name.
#[must_use]
pub fn camel_case(key: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in key.chars() {
        match c {
            '_' => upper = true,
            _ if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            _ => out.push(c),
        }
    }
    out
}

/// The known key nearest to a name, if one is near: by meaning, else by spelling.
pub(crate) fn nearest(name: &str, keys: &[&'static str]) -> Option<&'static str> {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).take(64).collect();
    if let Some(key) = names_elsewhere::ours(name, keys.contains(&"origin")).filter(|key| keys.contains(key)) {
        return Some(key);
    }
    let spelled = |key: &str| -> String { key.chars().filter(|c| *c != '_').collect() };
    keys.iter()
        .map(|key| (distance(&plain, &spelled(key)), *key))
        .min()
        .filter(|(distance, key)| *distance <= 1 + key.len() / 4)
        .map(|(_, key)| key)
}

/// The check that a name which is none most likely means.
pub(crate) fn nearest_danger(name: &str) -> Option<&'static str> {
    let plain: String = name.to_lowercase().replace(['_', ' '], "-").chars().take(64).collect();
    [("insecure", "insecure-origins"), ("suffix", "public-suffixes"), ("null", "null-origin")]
        .into_iter()
        .find_map(|(part, danger)| plain.contains(part).then_some(danger))
        .or_else(|| {
            let all = ["insecure-origins", "public-suffixes", "null-origin"];
            all.into_iter().find(|danger| distance(&plain, danger) <= 4)
        })
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let before = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(x != *y)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        for (name, key) in [
            ("allow_origin", "allow_origins"),
            ("allowedOrigins", "allow_origins"),
            ("supports_credentials", "allow_credentials"),
            ("maxage", "max_age"),
            ("allow_metods", "allow_methods"),
            ("exposed_headers", "expose_headers"),
        ] {
            assert_eq!(nearest(name, CORSAC), Some(key), "{name}");
        }
        assert_eq!(nearest("allow_origins", CORS), Some("origin"));
        assert_eq!(nearest("colour", CORSAC), None);
        assert!(is_corsac_only("allowOrigins") && is_corsac_only("preflight_status"));
        assert!(!is_corsac_only("origin") && !is_corsac_only("maxAge") && !is_corsac_only("colour"));
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
