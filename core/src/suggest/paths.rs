//! The path of a route that was most likely meant by a path in the style of another router, for help texts.

use crate::paths::route_path::parse_path;

/// The path to write instead, if there is one.
pub(crate) fn suggest(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches('^').trim_end_matches('$').replace("\\/", "/");
    let bare =
        bare.split_once("://").map_or(bare.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| rest.split_at(at).1));
    let segments: Vec<&str> = bare.split('/').filter(|segment| !segment.is_empty()).collect();
    let last = segments.len().checked_sub(1);
    let meant: Option<Vec<String>> =
        segments.iter().enumerate().map(|(index, segment)| segment_meant(segment, Some(index) == last)).collect();
    let end = if bare.len() > 1 && bare.ends_with('/') { "/" } else { "" };
    let better = format!("/{}{end}", meant?.join("/"));
    (better != text && parse_path(&better).is_ok()).then_some(better)
}

fn segment_meant(segment: &str, is_last: bool) -> Option<String> {
    if matches!(segment, "*" | "**" | ".*" | "(.*)" | ".+" | "(.+)") {
        return is_last.then(|| "{*rest}".to_owned());
    }
    if let Some(name) = segment.strip_prefix(':') {
        return Some(match name.strip_suffix('*') {
            Some(name) => format!("{{*{name}}}"),
            None => format!("{{{name}}}"),
        });
    }
    if let Some(inside) = segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        let (kind, name) = inside.split_once(':').unwrap_or(("", inside));
        return Some(if kind == "path" { format!("{{*{name}}}") } else { format!("{{{name}}}") });
    }
    if let Some(name) = segment.strip_prefix('*') {
        return Some(format!("{{*{name}}}"));
    }
    Some(segment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn what_people_write() {
        for (text, better) in [
            ("/api/*", "/api/{*rest}"),
            ("/api/**", "/api/{*rest}"),
            ("^/api/.*$", "/api/{*rest}"),
            ("api", "/api"),
            ("/users/:id", "/users/{id}"),
            ("/users/<int:id>/edit", "/users/{id}/edit"),
            ("/files/<path:name>", "/files/{*name}"),
            ("/files/*name", "/files/{*name}"),
            ("//api", "/api"),
            ("https://a.example/api", "/api"),
        ] {
            assert_eq!(suggest(text).as_deref(), Some(better), "{text}");
        }
        for text in ["/*/x", "/a[bc]", "/a%20b", "/../x", ""] {
            let found = suggest(text);
            assert!(found.is_none() || text.is_empty(), "{text}: {found:?}");
        }
    }
}
