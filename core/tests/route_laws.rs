//! Routes and protection, compared with simple implementations of their rules that share no code with the engine.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::{Config, Evaluation, HeaderName, Policy, ProtectionConfig, Request, RouteConfig};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// `PROPTEST_CASES` sets another number of cases.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

// --- routes -----------------------------------------------------------------------------------------------------

/// Every path of up to three of these segments, with and without `{*rest}`.
fn route() -> impl Strategy<Value = String> {
    let segment = select(&["a", "B", "ab", "a.b", ".b", "+", "k", "{x}", "{y}"][..]);
    (prop::collection::vec(segment, 0..4), any::<bool>(), any::<bool>()).prop_map(|(segments, rest, slash)| {
        let mut names = 0;
        let mut path: String = segments
            .iter()
            .map(|segment| {
                names += 1;
                if segment.starts_with('{') { format!("/{{n{names}}}") } else { format!("/{segment}") }
            })
            .collect();
        path.push_str(if rest {
            "/{*rest}"
        } else if slash || path.is_empty() {
            "/"
        } else {
            ""
        });
        path
    })
}

fn path() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "/",
        "/",
        "/",
        "/a",
        "/A",
        "/b",
        "/ab",
        "/ab.",
        "/a.b.",
        ".b",
        "a",
        "B",
        "%61",
        "%41",
        "%2f",
        "%2F",
        "%5c",
        "\\",
        ".",
        "..",
        "/.",
        "/..",
        "%2e",
        "%2E%2e",
        "%252e",
        "%25",
        "%",
        "%4",
        "%zz",
        "%00",
        "+",
        "%2b",
        ";",
        ";x",
        "?",
        "?/a",
        "#",
        "é",
        "%c3%a9",
        "//",
        " ",
        "\0",
        "K",
        "*",
        "http://h/a",
    ];
    (prop_oneof![9 => Just("/"), 1 => Just("")], prop::collection::vec(select(PIECES), 0..7))
        .prop_map(|(start, pieces)| format!("{start}{}", pieces.concat()))
}

#[derive(Debug, PartialEq)]
enum Chosen {
    Route(usize),
    TopLevel,
    Ambiguous,
}

mod naive {
    use super::Chosen;

    /// Decodes escapes once. With `cut`, an escaped slash or backslash becomes that character. Without it, the escape
    /// becomes a byte that does not end the segment and that no literal contains.
    fn decode(bytes: &[u8], cut: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'%' {
                out.push(bytes[at]);
                at += 1;
                continue;
            }
            let digits = bytes.get(at + 1..at + 3)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            let byte = u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
            if byte < 0x20 || byte == 0x7f {
                return None;
            }
            out.push(if !cut && matches!(byte, b'/' | b'\\') { 0xff } else { byte });
            at += 3;
        }
        Some(out)
    }

    fn folded(text: &[u8]) -> Vec<u8> {
        // Bytes that are not UTF-8 are kept as they are.
        let latin: String = text.iter().map(|byte| char::from(*byte)).collect();
        let letters =
            [("\u{e2}\u{84}\u{aa}", "k"), ("\u{c5}\u{bf}", "s"), ("\u{c4}\u{b0}", "i"), ("\u{c4}\u{b1}", "i")];
        let folded = letters.iter().fold(latin, |text, (from, to)| text.replace(from, to));
        folded.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
    }

    /// All readings of a path (specification 6.2), each as a list of segments; none if an escape is not valid or means a
    /// control character.
    fn readings(path: &[u8], is_decoded: bool) -> Option<Vec<Vec<Vec<u8>>>> {
        let mut texts = vec![path.to_vec()];
        if !is_decoded {
            let by_slash = path.split(|byte| *byte == b'/');
            let cut: Vec<&[u8]> = by_slash.map(|part| part.split(|byte| *byte == b';').next().unwrap()).collect();
            let before = path.split(|byte| *byte == b';').next().unwrap();
            for path in [path, &cut.join(&b'/'), before] {
                texts.push(decode(path, false)?);
                texts.push(decode(path, true)?);
            }
        }
        for index in (if is_decoded { 0 } else { 1 })..texts.len() {
            texts.push(folded(&texts[index]));
        }
        let mut readings = Vec::new();
        for text in &texts {
            for ways in 0..36 {
                let (parameters, backslash, dots) = (ways % 3, ways / 3 % 2 > 0, ways / 6 % 2 > 0);
                // Empty segments are kept, left out before dots are resolved, or left out after that.
                let empty = ways / 12;
                let text: Vec<u8> =
                    if parameters == 2 { text.split(|b| *b == b';').next().unwrap().to_vec() } else { text.clone() };
                let text: Vec<u8> =
                    text.iter().map(|byte| if backslash && *byte == b'\\' { b'/' } else { *byte }).collect();
                let mut segments: Vec<Vec<u8>> = text[1..].split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
                if parameters == 1 {
                    for segment in &mut segments {
                        *segment = segment.split(|byte| *byte == b';').next().unwrap().to_vec();
                    }
                }
                readings.push(resolved(segments, empty, dots));
            }
        }
        Some(readings)
    }

    /// The ranks of a route's segments if it matches: the end of the route comes first, then a literal, a literal that
    /// ends at a dot, `{name}` and `{*rest}`. `ended` says whether any literal ended at a dot.
    fn fits(parts: &[&str], segments: &[Vec<u8>], ranks: &[u8], ended: bool, found: &mut Vec<(Vec<u8>, bool)>) {
        let ranked = |rank| [ranks, &[rank]].concat();
        let Some((part, parts)) = parts.split_first() else {
            if segments.is_empty() {
                found.push((ranked(0), ended));
            }
            return;
        };
        if part.starts_with("{*") {
            found.push((ranked(4), ended));
            return;
        }
        let Some((segment, others)) = segments.split_first() else { return };
        if part.starts_with('{') {
            if !segment.is_empty() {
                fits(parts, others, &ranked(3), ended, found);
            }
            return;
        }
        if part.as_bytes().eq_ignore_ascii_case(segment) {
            fits(parts, others, &ranked(1), ended, found);
        } else if segment.get(part.len()) == Some(&b'.') && part.as_bytes().eq_ignore_ascii_case(&segment[..part.len()])
        {
            let rest = [&[segment[part.len()..].to_vec()], others].concat();
            let mut ways = vec![others.to_vec(), rest.clone()];
            ways.extend([0, 1, 2].map(|empty| resolved(rest.clone(), empty, true)));
            for segments in ways {
                fits(parts, &segments, &ranked(2), true, found);
            }
        }
    }

    /// The best route, and whether a route that ends at a dot is better.
    fn choose(routes: &[String], segments: &[Vec<u8>]) -> (Option<usize>, bool) {
        let mut best: Option<(Vec<u8>, usize)> = None;
        let mut best_ended: Option<Vec<u8>> = None;
        for (index, route) in routes.iter().enumerate() {
            let parts: Vec<&str> = route.trim_matches('/').split('/').filter(|part| !part.is_empty()).collect();
            let mut found = Vec::new();
            fits(&parts, segments, &[], false, &mut found);
            for (ranks, ended) in found {
                if ended {
                    best_ended = Some(best_ended.map_or(ranks.clone(), |best| best.min(ranks)));
                } else {
                    best = Some(best.map_or((ranks.clone(), index), |best| best.min((ranks, index))));
                }
            }
        }
        let is_better = best_ended.is_some_and(|ended| best.as_ref().is_none_or(|(ranks, _)| ended < *ranks));
        (best.map(|(_, index)| index), is_better)
    }

    /// The segments of a reading. `dots` says whether `.` and `..` are resolved. If `empty` is 0, empty segments are
    /// kept. They are left out before dots are resolved if it is 1, and after dots are resolved if it is 2.
    fn resolved(mut segments: Vec<Vec<u8>>, empty: usize, dots: bool) -> Vec<Vec<u8>> {
        if empty == 1 {
            segments.retain(|segment| !segment.is_empty());
        }
        if dots {
            let mut kept: Vec<Vec<u8>> = Vec::new();
            for segment in segments {
                match &segment[..] {
                    b"." => {}
                    b".." => drop(kept.pop()),
                    _ => kept.push(segment),
                }
            }
            segments = kept;
        }
        if empty == 2 {
            segments.retain(|segment| !segment.is_empty());
        }
        if segments.last().is_some_and(Vec::is_empty) {
            segments.pop();
        }
        segments
    }

    pub(crate) fn chosen(routes: &[String], target: &[u8], is_decoded: bool) -> Chosen {
        let path = match target.iter().position(|byte| *byte == b'?') {
            Some(end) if !is_decoded => &target[..end],
            _ => target,
        };
        let lost = path.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) || (!is_decoded && path.contains(&b'#'));
        if lost || !path.starts_with(b"/") || path.starts_with(b"//") || path.starts_with(b"/\\") {
            return Chosen::Ambiguous;
        }
        let Some(readings) = readings(path, is_decoded) else { return Chosen::Ambiguous };
        let choices: Vec<_> = readings.iter().map(|segments| choose(routes, segments)).collect();
        match choices[0].0 {
            first if choices.iter().any(|(other, is_ended)| *is_ended || *other != first) => Chosen::Ambiguous,
            Some(index) => Chosen::Route(index),
            None => Chosen::TopLevel,
        }
    }
}

/// A policy with the routes that the engine accepts, each with its own header.
fn routed(routes: Vec<String>) -> (Vec<String>, Policy) {
    let mut kept: Vec<String> = Vec::new();
    let build = |routes: &[String]| {
        let route = |(index, path): (usize, &String)| RouteConfig {
            path: path.clone(),
            expose_headers: Some(vec![format!("R{index}")]),
            ..RouteConfig::default()
        };
        Policy::new(Config {
            allow_origins: vec!["https://a.example".into()],
            routes: routes.iter().enumerate().map(route).collect(),
            ..Config::default()
        })
    };
    for route in routes {
        kept.push(route);
        if build(&kept).is_err() {
            kept.pop();
        }
    }
    let policy = build(&kept).unwrap();
    (kept, policy)
}

fn chosen(policy: &Policy, target: &[u8], is_decoded: bool) -> Chosen {
    let mut request = Request::new(b"GET").origin(b"https://a.example").path(target);
    request.path_decoded = is_decoded;
    let Evaluation::Decided(decision) = policy.evaluate(&request) else { panic!("asked") };
    if decision.reason().as_str() == "path-ambiguous" {
        return Chosen::Ambiguous;
    }
    match decision.headers().find(|header| header.name == HeaderName::ExposeHeaders) {
        Some(header) => Chosen::Route(std::str::from_utf8(&header.value[1..]).unwrap().parse().unwrap()),
        None => Chosen::TopLevel,
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_trie_chooses_as_a_list_does(
        routes in prop::collection::vec(route(), 1..12), paths in prop::collection::vec(path(), 12), decoded in any::<bool>(),
    ) {
        let (routes, policy) = routed(routes);
        for path in paths {
            let expected = if routes.is_empty() { Chosen::TopLevel } else { naive::chosen(&routes, path.as_bytes(), decoded) };
            prop_assert_eq!(chosen(&policy, path.as_bytes(), decoded), expected, "{:?} {:?}", routes, path);
        }
    }
}

// --- protection -------------------------------------------------------------------------------------------------

const ORIGINS: &[&str] = &[
    "https://app.example",
    "https://api.example",
    "http://api.example",
    "https://api.example:8443",
    "https://trusted.example",
    "https://x.trusted.example",
    "https://evil.example",
    "null",
    "chrome-extension://api.example",
    "https://api.example:443",
    "https://api.example, https://api.example",
    "",
];
const HOSTS: &[&str] =
    &["api.example", "API.example", "api.example:443", "api.example:80", "api.example:8443", "evil.example", ""];
const SITES: &[&str] =
    &["same-origin", "same-site", "cross-site", "none", "other", "", "same-origin, none", "Same-Origin"];
const METHODS: &[&str] = &["GET", "HEAD", "OPTIONS", "POST", "PUT", "get", "CONNECT", "PURGE"];

/// Whether a request passes, following the rules of the specification (7.2) literally.
fn passes(request: &Request<'_>, credentialed: bool) -> bool {
    let text = |value: Option<&[u8]>| value.map(|value| String::from_utf8(value.to_vec()).unwrap());
    let (origin, site, host) = (text(request.origin), text(request.sec_fetch_site), text(request.host));
    let malformed = |origin: &str| origin.is_empty() || origin.contains(',') || origin.ends_with(":443");
    if origin.as_deref().is_some_and(malformed)
        || site.as_deref().is_some_and(|site| site.is_empty() || site.contains(','))
    {
        return false;
    }
    let trusted = ["https://trusted.example", "https://x.trusted.example"];
    if origin.as_deref().is_some_and(|origin| trusted.contains(&origin) || credentialed) {
        return true;
    }
    match (site.as_deref(), origin.as_deref()) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, None) => true,
        (None, Some(origin)) => {
            let host = host.unwrap_or_default().to_lowercase();
            match origin.split_once("://") {
                Some(("https", authority)) => host.trim_end_matches(":443") == authority,
                Some(("http", authority)) => !request.secure && host.trim_end_matches(":80") == authority,
                _ => false,
            }
        }
    }
}

fn pick(choices: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(choices))
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn protection_is_its_steps(
        modes in any::<[bool; 4]>(), secure in any::<bool>(), handshake in 0..6usize,
        method in select(METHODS), origin in pick(ORIGINS), host in pick(HOSTS), site in pick(SITES),
        origins in subsequence(&["https://app.example", "https://evil.example"][..], 0..=2),
    ) {
        let [writes, websockets, report_only, allow_credentials] = modes;
        let config = |protection| Config {
            allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            allow_credentials,
            protection,
            ..Config::default()
        };
        let protection = ProtectionConfig {
            writes,
            websockets,
            report_only,
            trusted_origins: vec!["https://trusted.example".into(), "https://*.trusted.example".into()],
        };
        let guarded = Policy::new(config(Some(protection))).unwrap();
        let plain = Policy::new(config(None)).unwrap();
        let mut request = Request::new(method.as_bytes());
        request.origin = origin.map(str::as_bytes);
        request.host = host.map(str::as_bytes);
        request.sec_fetch_site = site.map(str::as_bytes);
        request.secure = secure;
        match handshake {
            0 => request.upgrade = Some(b"h2c, WebSocket"),
            1 => request.sec_websocket_key = Some(b""),
            2 => request.websocket = true,
            3 => request.upgrade = Some(b"websocketx"),
            _ => {}
        }
        let is_handshake = handshake == 2 || (method == "GET" && handshake < 2);
        let credentialed = allow_credentials && origins.iter().any(|other| Some(*other) == origin);
        let judged = if is_handshake { websockets } else { writes && !["GET", "HEAD", "OPTIONS"].contains(&method) };
        let expected = (judged && !passes(&request, credentialed))
            .then_some(if is_handshake { "websocket-refused" } else { "write-refused" });
        let (Evaluation::Decided(decision), Evaluation::Decided(unguarded)) =
            (guarded.evaluate(&request), plain.evaluate(&request)) else { panic!("asked") };
        let headers = |decision: &corsac::Decision<'_>| -> Vec<_> {
            decision.headers().map(|header| (header.name, header.value.to_vec())).collect()
        };
        if expected.is_some() && !report_only {
            prop_assert_eq!((decision.status(), Some(decision.reason().as_str())), (Some(403), expected));
            let kept = |(name, _): &(HeaderName, Vec<u8>)| !matches!(name, HeaderName::Vary);
            let mut wanted: Vec<_> = headers(&unguarded).into_iter().filter(kept).collect();
            wanted.push((HeaderName::ContentType, b"text/plain; charset=utf-8".to_vec()));
            wanted.push((HeaderName::CacheControl, b"no-store".to_vec()));
            let vary = if is_handshake { "Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key" } else { "Origin, Sec-Fetch-Site" };
            wanted.push((HeaderName::Vary, vary.into()));
            prop_assert_eq!(headers(&decision), wanted);
        } else {
            prop_assert_eq!(decision.reported().map(|reason| reason.as_str()), expected);
            prop_assert_eq!((decision.status(), decision.reason()), (unguarded.status(), unguarded.reason()));
            prop_assert_eq!(headers(&decision), headers(&unguarded));
        }
    }
}
