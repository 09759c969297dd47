//! Which methods and header names one policy allows and another does not.

use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::string_set::StringSet;
use crate::tokens::AUTHORIZATION;

/// Any name.
const ALL: &str = "*";

/// The methods that only the first policy allows.
pub(crate) fn methods_beyond(one: &AllowedMethods, other: &AllowedMethods) -> Vec<String> {
    match (one, other) {
        (_, AllowedMethods::All { .. }) => Vec::new(),
        (AllowedMethods::All { .. }, AllowedMethods::Listed(_)) => vec![ALL.to_owned()],
        (AllowedMethods::Listed(one), AllowedMethods::Listed(other)) => listed(one, |name| !other.contains(name)),
    }
}

/// The request headers that only the first policy allows. `*` means every name that `*` in a policy
/// covers.
pub(crate) fn headers_beyond(one: &AllowedHeaders, other: &AllowedHeaders) -> Vec<String> {
    use AllowedHeaders::{All, AllButAuthorization, Listed};
    let authorization = |is_covered: bool| if is_covered { Vec::new() } else { vec![AUTHORIZATION.to_owned()] };
    match (one, other) {
        (_, All) | (AllButAuthorization, AllButAuthorization) => Vec::new(),
        (All, AllButAuthorization) => authorization(false),
        (All, Listed(other)) => {
            let rest = authorization(other.contains(AUTHORIZATION.as_bytes()));
            std::iter::once(ALL.to_owned()).chain(rest).collect()
        }
        (AllButAuthorization, Listed(_)) => vec![ALL.to_owned()],
        (Listed(one), AllButAuthorization) => authorization(!one.contains(AUTHORIZATION.as_bytes())),
        (Listed(one), Listed(other)) => listed(one, |name| !other.contains(name)),
    }
}

/// The response headers that only the first policy exposes. Both lists are given as they are sent.
pub(crate) fn exposed_beyond(one: &str, other: &str) -> Vec<String> {
    let names = |list: &str| -> Vec<String> {
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_ascii_lowercase).collect()
    };
    let (one, other) = (names(one), names(other));
    if other.iter().any(|name| name == ALL) {
        return Vec::new();
    }
    if one.iter().any(|name| name == ALL) {
        return vec![ALL.to_owned()];
    }
    one.into_iter().filter(|name| !other.contains(name)).collect()
}

fn listed(names: &StringSet, keep: impl Fn(&[u8]) -> bool) -> Vec<String> {
    let kept = names.iter().filter(|name| keep(name));
    kept.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}
