//! Registrable domains, by the public suffix list (ICANN's and private suffixes; an unlisted TLD is one).

use std::sync::LazyLock;

/// How many labels of `name` are its public suffix; the name may end in a dot.
pub(crate) fn suffix_labels(name: &str) -> usize {
    let name = name.strip_suffix('.').unwrap_or(name);
    psl::suffix(name.as_bytes()).map_or(1, |suffix| suffix.as_bytes().split(|byte| *byte == b'.').count())
}

/// Whether somebody in particular has registered the name or one above it.
pub(crate) fn has_registrable_domain(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').count() > suffix_labels(name)
}

/// Whether all names below belong to the same somebody. `amazonaws.com` has a registrable domain, but below it
/// `s3.amazonaws.com` is a public suffix; each name directly below `kawasaki.jp` is one.
pub(crate) fn owns_names_below(name: &str) -> bool {
    has_registrable_domain(name) && !has_suffix_below(name)
}

/// Whether there are public suffixes below a name.
pub(crate) fn has_suffix_below(name: &str) -> bool {
    static PARENTS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("suffix_parents.txt").lines().collect());
    PARENTS.binary_search(&name.strip_suffix('.').unwrap_or(name)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrable() {
        for name in ["example.com", "a.example.co.uk", "team.github.io", "host.internal", "example.com."] {
            assert!(has_registrable_domain(name), "{name}");
        }
        for name in ["com", "co.uk", "github.io", "internal", "anything.ck", "vercel.app"] {
            assert!(!has_registrable_domain(name), "{name}");
        }
        assert!(has_registrable_domain("www.ck"));
        assert!(has_registrable_domain("kawasaki.jp") && !owns_names_below("kawasaki.jp"));
        assert!(owns_names_below("example.com") && owns_names_below("city.kawasaki.jp"));
        for name in ["amazonaws.com", "windows.net", "core.windows.net."] {
            assert!(!owns_names_below(name), "{name}");
        }
    }
}
