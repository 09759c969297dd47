//! Files and texts that are not policies, and the errors about them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::Value;
use corsac::{Code, Config, ConfigError, LoadError, Policy, PolicyBuilder, RouteConfig};
use std::error::Error;
use std::path::{Path, PathBuf};

/// A folder for one test, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("corsac-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn codes(error: &ConfigError) -> Vec<(&str, &str)> {
    error.issues().iter().map(|issue| (issue.code.as_str(), issue.field.as_str())).collect()
}

fn refused(path: &Path) -> ConfigError {
    match Policy::from_file(path) {
        Err(LoadError::Config(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unreadable_file_is_the_hosts_own_error() {
    let folder = Folder::new("unreadable");
    for (path, kind) in [
        (folder.0.join("missing.toml"), std::io::ErrorKind::NotFound),
        (folder.0.clone(), std::io::ErrorKind::IsADirectory),
    ] {
        let error = Policy::from_file(&path).unwrap_err();
        let LoadError::Io(io) = &error else { panic!("{error:?}") };
        assert_eq!(io.kind(), kind);
        assert!(error.source().is_some());
        assert!(error.to_string().starts_with("the policy file could not be read: "));
    }
}

/// Loads on another thread, so that a load that never ends fails the test.
fn load(path: &Path) -> Result<Policy, LoadError> {
    let (send, receive) = std::sync::mpsc::channel();
    let path = path.to_owned();
    std::thread::spawn(move || {
        let _ = send.send(Policy::from_file(path));
    });
    receive.recv_timeout(std::time::Duration::from_secs(20)).expect("the file is still being read")
}

#[cfg(unix)]
#[test]
fn only_a_regular_file_is_read() {
    let folder = Folder::new("kinds");
    let pipe = folder.0.join("pipe.toml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let link = folder.0.join("link.toml");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    let socket = folder.0.join("socket.toml");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, kind) in [
        (&socket, "a socket"),
        (&pipe, "a pipe"),
        (&link, "a pipe"),
        (&"/dev/zero".into(), "a device"),
        (&"/dev/null".into(), "a device"),
    ] {
        let Err(LoadError::Config(error)) = load(path) else { panic!("{path:?}") };
        assert_eq!(codes(&error), [("file-not-regular", "")]);
        let text = error.to_string();
        assert!(text.contains(&format!("`{}` is {kind}, not a regular file", path.display())), "{text}");
    }
    // A link to a file counts as a file.
    let target = folder.file("real.toml", "allow_origins = []");
    let good = folder.0.join("good.toml");
    std::os::unix::fs::symlink(target, &good).unwrap();
    assert!(load(&good).is_ok());
}

#[test]
fn a_file_is_read_up_to_a_limit() {
    let folder = Folder::new("large");
    let path = folder.file("large.toml", "allow_origins = []\n");
    let pad = |bytes: u64| {
        let mut text = b"allow_origins = []\n#".to_vec();
        text.resize(usize::try_from(bytes).unwrap(), b'x');
        std::fs::write(&path, text).unwrap();
    };
    pad(64 << 20);
    assert!(load(&path).is_ok());
    pad((64 << 20) + 1);
    let Err(LoadError::Config(error)) = load(&path) else { panic!("read") };
    assert_eq!(codes(&error), [("file-too-large", "")]);
    // A sparse file takes no space on the disk, and reading it takes no more memory than the limit.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    let Err(LoadError::Config(error)) = load(&path) else { panic!("read") };
    assert_eq!(codes(&error), [("file-too-large", "")]);
}

#[test]
fn a_files_name_decides_its_format() {
    let folder = Folder::new("format");
    let (json, toml) = (r#"{"allow_origins": ["https://a.example"]}"#, "allow_origins = ['https://a.example']");
    for (name, content) in [("a.json", json), ("a.JSON", json), ("a.toml", toml), ("a.conf", toml), ("cors", toml)] {
        assert!(Policy::from_file(folder.file(name, content)).is_ok(), "{name}");
    }
    let error = refused(&folder.file("b.json", toml));
    assert_eq!(codes(&error), [("syntax", "")]);
    assert!(error.to_string().starts_with("1 problem in the CORS policy "), "{error}");
    assert!(error.to_string().contains("b.json"), "{error}");
    assert_eq!(codes(&refused(&folder.file("b.toml", json))), [("syntax", "")]);
}

#[test]
fn a_byte_order_mark_is_accepted_and_other_encodings_are_not() {
    let folder = Folder::new("encoding");
    assert!(Policy::from_json("\u{feff}{\"allow_origins\": []}").is_ok());
    assert!(Policy::from_toml("\u{feff}allow_origins = []").is_ok());
    let utf16: Vec<u8> = "{\"allow_origins\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [&b"allow_origins = ['\xff\xfe']"[..], b"{\"allow_origins\": [\"\xc3\x28\"]}", b"\xff\xfe", &utf16] {
        assert_eq!(codes(&Policy::from_json(text).unwrap_err()), [("syntax", "")]);
        assert_eq!(codes(&Policy::from_toml(text).unwrap_err()), [("syntax", "")]);
        assert_eq!(codes(&refused(&folder.file("a.toml", text))), [("syntax", "")]);
    }
}

#[test]
fn texts_that_are_not_tables() {
    for (text, code) in [
        ("", "syntax"),
        (" \n", "syntax"),
        ("{", "syntax"),
        ("{} {}", "syntax"),
        ("{,}", "syntax"),
        ("// comment\n{}", "syntax"),
        ("null", "wrong-type"),
        ("[]", "wrong-type"),
        ("\"https://a.example\"", "wrong-type"),
        ("1e999", "syntax"),
    ] {
        let error = Policy::from_json(text).unwrap_err();
        assert_eq!(codes(&error), [(code, "")], "{text}");
    }
    assert_eq!(codes(&Policy::from_json("{}").unwrap_err()), [("missing-origins", "allow_origins")]);
    assert_eq!(codes(&Policy::from_toml("").unwrap_err()), [("missing-origins", "allow_origins")]);
    assert_eq!(codes(&Policy::from_toml("= 1").unwrap_err()), [("syntax", "")]);
}

#[test]
fn a_syntax_error_names_its_line() {
    let error = Policy::from_json("{\n  \"allow_origins\": [\n}").unwrap_err();
    assert!(error.issues()[0].message.contains("line 3"), "{error}");
    let error = Policy::from_toml("allow_origins = []\nmax_age = = 1\n").unwrap_err();
    assert!(error.issues()[0].message.contains("line 2"), "{error}");
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for depth in [200, 100_000] {
        let json = format!("{{\"allow_origins\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(Policy::from_json(json).is_err());
        let toml = format!("allow_origins = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Policy::from_toml(toml).is_err());
        let tables = format!("[{}a]", "a.".repeat(depth));
        assert!(Policy::from_toml(tables).is_err());
        let regex = format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(Policy::new(Config { allow_origin_regex: vec![regex], ..Config::default() }).is_err());
    }
    // Nested lists are read to a maximum depth, whatever the host passes.
    let nested = |depth| (0..depth).fold(Value::from("https://a.example"), |inner, _| Value::List(vec![inner]));
    let cors = |origin| Value::Map(vec![("dialect".into(), "cors".into()), ("origin".into(), origin)]);
    assert!(Policy::try_from(cors(nested(10))).is_ok());
    assert!(Policy::try_from(cors(nested(200))).is_err());
}

#[test]
fn issues_are_listed_up_to_a_thousand() {
    for (count, listed) in [(1, 1), (1000, 1000), (1001, 1001), (50_000, 1001)] {
        let allow_origins = vec!["https://A.example".to_owned(); count];
        let error = Policy::new(Config { allow_origins, ..Config::default() }).unwrap_err();
        assert_eq!(error.issues().len(), listed);
        let last = error.issues().last().unwrap();
        if count > 1000 {
            assert_eq!((last.code, last.field.as_str()), (Code::TooManyIssues, ""));
            assert!(last.message.contains(&(count - 1000).to_string()), "{last}");
        }
        assert!(error.issues()[..count.min(1000)].iter().enumerate().all(|(index, issue)| {
            issue.code == Code::OriginUppercase && issue.field == format!("allow_origins[{index}]")
        }));
    }
}

#[test]
fn inherited_values_are_counted_once() {
    let config = Config {
        allow_origins: vec!["https://A.example".to_owned(); 1200],
        routes: vec![RouteConfig { path: "/a".into(), allow_credentials: Some(true), ..RouteConfig::default() }],
        ..Config::default()
    };
    let error = Policy::new(config).unwrap_err();
    assert_eq!(error.issues().len(), 1001);
    assert!(error.issues()[1000].message.contains("200 more problems"), "{error}");
}

#[test]
fn all_issues_are_reported_together() {
    let error = Policy::from_json(
        r#"{"allow_origins": ["https://A.example", 1], "allow_origin_regex": "(", "allow_methods": "PUT", "allow_headers": ["x y"],
            "allow_credentials": "yes", "expose_headers": ["Set-Cookie"], "max_age": -1, "preflight_status": 201, "colour": 1,
            "dangerously_allow": ["all"], "routes": [{}]}"#,
    )
    .unwrap_err();
    let mut found = codes(&error);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("expose-forbidden", "expose_headers[0]"),
            ("header-not-token", "allow_headers[0]"),
            ("max-age-range", "max_age"),
            ("missing-path", "routes[0].path"),
            ("origin-uppercase", "allow_origins[0]"),
            ("preflight-status", "preflight_status"),
            ("regex-syntax", "allow_origin_regex"),
            ("unknown-danger", "dangerously_allow[0]"),
            ("unknown-key", "colour"),
            ("wrong-type", "allow_credentials"),
            ("wrong-type", "allow_methods"),
            ("wrong-type", "allow_origins[1]"),
        ]
    );
}

#[test]
fn errors_read_well() {
    let error = Policy::new(Config {
        allow_origins: vec!["https://App.example.com/".into(), "ws://a.example".into()],
        ..Config::default()
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 problems in the CORS policy\n\
         allow_origins[0]: `https://App.example.com/` ends in a slash, but origins have no path [origin-trailing-slash]\n  \
         help: write `https://app.example.com`\n\
         allow_origins[1]: `ws://a.example` has the scheme `ws`, which no web page's origin has [origin-scheme]\n  \
         help: write `http://a.example`\n\
         read more about each code: docs/errors.md"
    );
}

/// No text in a policy can forge a line of a log, or reverse one.
#[test]
fn errors_have_no_raw_control_or_bidi_characters() {
    let hostile = "\r\n\0\u{1b}[2J\u{7f}\u{85}\u{200e}\u{202e}\u{2066}\u{2028}\u{feff}\u{61c}";
    let hostile = hostile.chars().map(|c| format!("a{c}b")).collect::<Vec<_>>();
    for text in hostile.iter().chain([&hostile.join("")]) {
        let list = || vec![text.clone()];
        let keys = [
            ("allow_origins", Value::from(vec![format!("https://{text}.example"), text.clone()])),
            (
                "allow_origin_regex",
                Value::from(vec![format!("({text}"), format!("[^\\s\\S]{text}"), format!(".{text}")]),
            ),
            ("allow_methods", list().into()),
            ("allow_headers", list().into()),
            ("expose_headers", list().into()),
            ("dangerously_allow", list().into()),
            ("max_age", Value::String(text.clone())),
            ("preflight_status", Value::Other(text.clone())),
            ("routes", Value::List(vec![Value::String(text.clone())])),
            ("protection", Value::Map(vec![(text.clone(), Value::from(&**text))])),
        ];
        for (key, value) in keys {
            let error =
                Policy::try_from(Value::Map(vec![(key.into(), value), (text.clone(), Value::Null)])).unwrap_err();
            is_clean(&error.to_string());
        }
        let dialect = |value: Value| Value::Map(vec![("dialect".into(), "cors".into()), ("origin".into(), value)]);
        for origin in [
            Value::from(&**text),
            Value::RegExp { source: text.clone(), flags: String::new() },
            Value::RegExp { source: "^a$".into(), flags: text.clone() },
            Value::Map(vec![(text.clone(), Value::Null)]),
        ] {
            is_clean(&Policy::try_from(dialect(origin)).unwrap_err().to_string());
        }
        let unknown =
            Value::Map(vec![("dialect".into(), Value::from(&**text)), ("allow_origins".into(), Value::List(vec![]))]);
        is_clean(&Policy::try_from(unknown).unwrap_err().to_string());
        is_clean(&Policy::from_json(format!("{{\"{text}")).unwrap_err().to_string());
        is_clean(&Policy::from_toml(format!("{text} = {text}")).unwrap_err().to_string());
    }
}

/// Line feeds separate the issues; every other control character is escaped.
fn is_clean(text: &str) {
    let lines = text.lines().skip(1);
    let shape =
        lines.clone().all(|line| line.starts_with("  help: ") || line.starts_with("read more") || line.ends_with(']'));
    assert!(shape, "{text:?}");
    let forged = text.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    });
    assert_eq!(forged, None, "{text:?}");
}

#[test]
fn a_predicate_cannot_be_used_with_any_origin() {
    let config = Config { allow_origins: vec!["*".into()], ..Config::default() };
    let error = PolicyBuilder::new().predicate(true).value(config.into()).unwrap_err();
    assert_eq!(codes(&error), [("any-origin-not-alone", "allow_origins[0]")]);
}

#[cfg(unix)]
#[test]
fn a_files_name_cannot_forge_a_line_either() {
    let folder = Folder::new("name");
    let error = refused(&folder.file("a\n\u{202e}.toml", "= 1"));
    assert!(!error.to_string().contains(['\u{202e}']) && error.to_string().lines().count() == 4, "{error:?}");
}

/// Texts that once took time out of proportion to their length. Each is refused quickly, even on a small stack.
#[test]
fn long_texts_are_answered_in_proportion() {
    let long = |part: &str| part.repeat((1 << 18) / part.len());
    let texts = [
        "https://",
        "http",
        "{{",
        "a.b,",
        "${",
        "https://a.example",
        "(?",
        "[",
        "x|",
        "http://http:",
        "http://http.a://",
    ]
    .map(long);
    let started = std::time::Instant::now();
    let short = ["https://http.a://b", "http://http-x.example://c"].map(|text| text.repeat(300));
    for text in texts.iter().chain(&short) {
        let many: Vec<String> = vec![text[..4000].to_owned(); 20];
        for origins in [vec![text.clone()], many] {
            let config = Config { allow_origins: origins, allow_credentials: true, ..Config::default() };
            let built = std::thread::Builder::new().stack_size(512 << 10).spawn(|| Policy::new(config)).unwrap();
            assert!(built.join().unwrap().is_err());
        }
    }
    // Such a text once took minutes, or crashed the process.
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn an_example_of_trusted_origins_can_be_written() {
    let error = Policy::from_toml("allow_origins = []\nprotection = { trusted_origins = 1 }").unwrap_err();
    assert!(error.issues()[0].help.contains("[\"https://app.example.com\"]"), "{error}");
    assert!(!error.issues()[0].help.contains('\\'), "{error}");
}
