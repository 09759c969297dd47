//! The settings' names: snake_case, camelCase as an alias, and what people write instead.

use crate::config::dangers::Danger;
use crate::config::names_elsewhere;
use crate::config::settings_table::{PackageOption, Setting};
use crate::config::tables::PREDICATE;

pub(crate) use crate::config::lifted::LIFTED;
pub(crate) use crate::config::settings_table::{CORS_ONLY, CORSAC, PROTECTION, ROUTE};
pub(crate) use crate::config::tables::CORS;

/// The settings that say which origins may read. A route that sets one of these replaces all of them.
pub(crate) const ORIGIN_GROUP: &[&str] =
    &[Setting::AllowOrigins.name(), Setting::AllowOriginRegex.name(), PREDICATE.name];

/// Lists in which `*` has to be the only entry.
pub(crate) const ORIGIN_LISTS: &[&str] = &[Setting::AllowOrigins.name(), PackageOption::Origin.name()];

/// The key for a name: the name itself or, for a camelCase alias, the snake_case form.
pub(crate) fn resolve(name: &str, keys: &[&'static str]) -> Option<&'static str> {
    keys.iter().copied().find(|key| *key == name || camel_case(key) == name)
}

/// Whether a name is the predicate's.
pub(crate) fn is_predicate(name: &str) -> bool {
    resolve(name, &[PREDICATE.name]).is_some()
}

impl Setting {
    /// The setting that a name means, whether it is the setting's own name, that of an option of the `cors` package, or
    /// one from another library. A name of another library is an error, but it still shows which setting was meant.
    pub(crate) fn meant(name: &str) -> Option<Setting> {
        let package = || resolve(name, CORS_ONLY);
        let key = resolve(name, ROUTE).or_else(package).or_else(|| names_elsewhere::ours(name, false))?;
        let option = PackageOption::ALL.iter().find(|option| option.name() == key);
        let meant = option.and_then(|option| option.meant().first());
        meant.or_else(|| Setting::ALL.iter().find(|setting| setting.name() == key)).copied()
    }
}

/// Whether a name is that of a setting for which the `cors` package has no option.
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

/// The known key that is nearest to a name, if one is near: by its meaning, or otherwise by its spelling.
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

/// The check that a name most likely means if there is no check of that name.
pub(crate) fn nearest_danger(name: &str) -> Option<&'static str> {
    let lower = name.chars().flat_map(char::to_lowercase);
    let plain: String = lower.map(|c| if matches!(c, '_' | ' ') { '-' } else { c }).take(64).collect();
    let all = || Danger::ALL.iter().copied();
    let known = all().find(|danger| plain.contains(danger.word()));
    known.or_else(|| all().find(|danger| distance(&plain, danger.as_str()) <= 4)).map(Danger::as_str)
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
        assert_eq!(nearest("allow_origins", &CORS), Some("origin"));
        assert_eq!(nearest("colour", CORSAC), None);
        assert!(is_corsac_only("allowOrigins") && is_corsac_only("preflight_status"));
        assert!(!is_corsac_only("origin") && !is_corsac_only("maxAge") && !is_corsac_only("colour"));
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
