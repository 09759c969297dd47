//! Registrable domains, by the public suffix list (ICANN's and private suffixes; an unlisted TLD
//! counts as a public suffix).

use crate::origins::public_suffix_list::{Entry, find};

/// Whether the list has this name, or this name with a wildcard.
pub(crate) fn is_listed(name: &str) -> bool {
    find(name) == Some(Entry::Suffix)
}

/// How many labels of `name` are its public suffix; the name may end in a dot.
///
/// Of the rules that match, an exception decides, or otherwise the rule with the most labels. If no rule matches, the
/// last label is the suffix (publicsuffix.org, "Algorithm").
pub(crate) fn suffix_labels(name: &str) -> usize {
    let name = name.strip_suffix('.').unwrap_or(name);
    let labels = name.split('.').count();
    let starts = std::iter::once(0).chain(name.match_indices('.').map(|(dot, _)| dot + 1));
    for (start, labels) in starts.zip((1..=labels).rev()) {
        let below = name.get(start..).unwrap_or_default();
        match find(below) {
            Some(Entry::Exception) => return labels - 1,
            Some(Entry::Suffix) => return labels,
            Some(Entry::Parent) | None => {}
        }
        let above = below.split_once('.').map(|(_, above)| above);
        if above.is_some_and(|above| is_listed(&format!("*.{above}"))) {
            return labels;
        }
    }
    1
}

/// Whether the name, or one above it, has one owner who registered it.
pub(crate) fn has_registrable_domain(name: &str) -> bool {
    registrable_domain(name).is_some()
}

/// The public suffix of a name together with the label before it, and with the dot at the end if the name has
/// one. None if the name is a public suffix.
pub(crate) fn registrable_domain(name: &str) -> Option<&str> {
    let without_dot = name.strip_suffix('.').unwrap_or(name);
    let labels = suffix_labels(name) + 1;
    if without_dot.split('.').count() < labels {
        return None;
    }
    // The dot before the domain, unless the name is the domain.
    match without_dot.rmatch_indices('.').nth(labels - 1) {
        Some((dot, _)) => name.get(dot + 1..),
        None => Some(name),
    }
}

/// Whether all names below belong to the same owner. `amazonaws.com` has a registrable domain, but below it
/// `s3.amazonaws.com` is a public suffix; each name directly below `kawasaki.jp` is one.
pub(crate) fn owns_names_below(name: &str) -> bool {
    has_registrable_domain(name) && !has_suffix_below(name)
}

/// Whether there are public suffixes below a name that is not one.
pub(crate) fn has_suffix_below(name: &str) -> bool {
    find(name.strip_suffix('.').unwrap_or(name)) == Some(Entry::Parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrable() {
        for name in ["example.com", "a.example.co.uk", "team.github.io", "host.internal", "example.com."] {
            assert!(has_registrable_domain(name), "{name}");
        }
        for name in
            ["com", "co.uk", "github.io", "internal", "anything.ck", "vercel.app", "xn--55qx5d.cn", "a.mtls.run.app"]
        {
            assert!(!has_registrable_domain(name), "{name}");
        }
        assert!(has_registrable_domain("www.ck") && has_registrable_domain("city.kobe.jp"));
        assert!(!has_registrable_domain("c.kobe.jp") && has_registrable_domain("b.c.kobe.jp"));
        assert!(has_registrable_domain("a.xn--55qx5d.cn") && has_registrable_domain("b.a.mtls.run.app"));
        assert!(has_registrable_domain("kawasaki.jp") && !owns_names_below("kawasaki.jp"));
        assert!(owns_names_below("example.com") && owns_names_below("city.kawasaki.jp"));
        for (name, domain) in
            [("a.b.example.co.uk", "example.co.uk"), ("example.com", "example.com"), ("a.x.com.", "x.com.")]
        {
            assert_eq!(registrable_domain(name), Some(domain), "{name}");
        }
        for name in ["amazonaws.com", "windows.net", "core.windows.net."] {
            assert!(!owns_names_below(name), "{name}");
        }
    }
}
