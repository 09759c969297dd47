//! The names of settings in other CORS libraries, and their names here.

/// A name in lower case, without separators and the prefixes of other libraries; the setting of corsac that it means;
/// and that of the `cors` package.
type Row = (&'static str, &'static str, &'static str);

const ELSEWHERE: &[Row] = &[
    ("origin", "allow_origins", "origin"),
    ("origins", "allow_origins", "origin"),
    ("alloworigin", "allow_origins", "origin"),
    ("alloworigins", "allow_origins", "origin"),
    ("allowedorigin", "allow_origins", "origin"),
    ("allowedorigins", "allow_origins", "origin"),
    ("allowedoriginpatterns", "allow_origins", "origin"),
    ("originwhitelist", "allow_origins", "origin"),
    ("whitelist", "allow_origins", "origin"),
    ("allowlist", "allow_origins", "origin"),
    ("withorigins", "allow_origins", "origin"),
    ("originregex", "allow_origin_regex", "origin"),
    ("alloworiginregex", "allow_origin_regex", "origin"),
    ("alloworiginregexes", "allow_origin_regex", "origin"),
    ("allowedoriginregex", "allow_origin_regex", "origin"),
    ("allowedoriginregexes", "allow_origin_regex", "origin"),
    ("allowedoriginspatterns", "allow_origin_regex", "origin"),
    ("originregexwhitelist", "allow_origin_regex", "origin"),
    ("methods", "allow_methods", "methods"),
    ("method", "allow_methods", "methods"),
    ("allowmethod", "allow_methods", "methods"),
    ("allowmethods", "allow_methods", "methods"),
    ("allowedmethods", "allow_methods", "methods"),
    ("withmethods", "allow_methods", "methods"),
    ("headers", "allow_headers", "allowed_headers"),
    ("header", "allow_headers", "allowed_headers"),
    ("allowheader", "allow_headers", "allowed_headers"),
    ("allowheaders", "allow_headers", "allowed_headers"),
    ("allowedheaders", "allow_headers", "allowed_headers"),
    ("withheaders", "allow_headers", "allowed_headers"),
    ("expose", "expose_headers", "exposed_headers"),
    ("exposedheaders", "expose_headers", "exposed_headers"),
    ("exposeheaders", "expose_headers", "exposed_headers"),
    ("withexposedheaders", "expose_headers", "exposed_headers"),
    ("credentials", "allow_credentials", "credentials"),
    ("credential", "allow_credentials", "credentials"),
    ("supportscredentials", "allow_credentials", "credentials"),
    ("allowcredentials", "allow_credentials", "credentials"),
    ("withcredentials", "allow_credentials", "credentials"),
    ("age", "max_age", "max_age"),
    ("maxage", "max_age", "max_age"),
    ("maxageseconds", "max_age", "max_age"),
    ("preflightmaxage", "max_age", "max_age"),
    ("optionssuccessstatus", "preflight_status", "options_success_status"),
    ("optionsstatus", "preflight_status", "options_success_status"),
    ("optionspassthrough", "preflight_continue", "preflight_continue"),
    ("privatenetwork", "allow_private_network", "allow_private_network"),
    ("privatenetworkaccess", "allow_private_network", "allow_private_network"),
    ("trustedorigins", "protection", "protection"),
    ("csrftrustedorigins", "protection", "protection"),
];

/// Switches that allow any origin if they are on.
const ANY_ORIGIN: [&str; 4] = ["allowallorigins", "originallowall", "allowanyorigin", "alloworiginsall"];

/// A setting of other libraries that corsac does not need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needless {
    Vary,
    SendWildcard,
    AlwaysSend,
    AutomaticOptions,
    StrictPreflight,
    InterceptExceptions,
    Debug,
    /// The paths to which a policy applies.
    Paths,
}

const NEEDLESS: &[(&str, Needless)] = &[
    ("varyheader", Needless::Vary),
    ("vary", Needless::Vary),
    ("sendwildcard", Needless::SendWildcard),
    ("alwayssend", Needless::AlwaysSend),
    ("automaticoptions", Needless::AutomaticOptions),
    ("strictpreflight", Needless::StrictPreflight),
    ("interceptexceptions", Needless::InterceptExceptions),
    ("debug", Needless::Debug),
    ("urlsregex", Needless::Paths),
    ("resources", Needless::Paths),
    ("paths", Needless::Paths),
];

fn plain(name: &str) -> String {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).flat_map(char::to_lowercase).take(64).collect();
    let unprefixed = ["accesscontrol", "cors"].iter().find_map(|prefix| plain.strip_prefix(prefix));
    unprefixed.filter(|rest| !rest.is_empty()).map_or(plain.clone(), str::to_owned)
}

/// The setting that corresponds to a name of another library.
pub(crate) fn ours(name: &str, is_cors: bool) -> Option<&'static str> {
    let plain = plain(name);
    let (_, ours, theirs) = ELSEWHERE.iter().find(|(elsewhere, _, _)| *elsewhere == plain)?;
    Some(if is_cors { theirs } else { ours })
}

/// Whether a name is that of a switch that allows any origin.
pub(crate) fn is_any_origin(name: &str) -> bool {
    ANY_ORIGIN.contains(&&*plain(name))
}

/// The setting of another library that corsac does not need.
pub(crate) fn needless(name: &str) -> Option<Needless> {
    let plain = plain(name);
    NEEDLESS.iter().find(|(elsewhere, _)| *elsewhere == plain).map(|(_, needless)| *needless)
}

#[cfg(test)]
mod tests {
    use super::ELSEWHERE;
    use crate::config::setting_names::{CORS, CORSAC};

    #[test]
    fn each_name_elsewhere_means_a_setting() {
        for (name, ours, theirs) in ELSEWHERE {
            assert!(CORSAC.contains(ours) && CORS.contains(theirs), "{name}");
        }
    }
}
