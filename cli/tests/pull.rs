//! `corsac pull` from a server with TLS.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;
#[path = "common/server.rs"]
mod server;
#[path = "common/tls.rs"]
mod tls;

use common::{Folder, Run};
use server::{Request, Server};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tls::{Authority, TlsServer, authority};

const OLD: &str = "allow_origins = ['https://old.example.com']\n";
const NEW: &str = "allow_origins = ['https://new.example.com']\n";

/// A folder with an authority that the command trusts, and the policy that is in force.
struct Setting {
    folder: Folder,
    authority: Authority,
    trusted: String,
}

impl Setting {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let authority = authority();
        let trusted = folder.file("authority.pem", authority.pem()).to_str().unwrap().to_owned();
        folder.file("cors.toml", OLD);
        Setting { folder, authority, trusted }
    }

    fn server(&self, respond: impl Fn(&Request, &mut dyn Write) + Send + Sync + 'static) -> TlsServer {
        TlsServer::start(&self.authority, ("localhost", (2020, 2090)), respond)
    }

    /// A server that always sends the same.
    fn saying(&self, head: &str, body: impl AsRef<[u8]>) -> TlsServer {
        let message = message(head, body.as_ref());
        self.server(move |_, stream| drop(stream.write_all(&message)))
    }

    /// Pulls with a time-out that is long enough unless the server hangs. A time-out among the arguments replaces it.
    fn pull(&self, url: &str, file: &str, more: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut arguments = vec!["pull", url, file];
        arguments.extend(more);
        if !more.contains(&"--timeout") {
            arguments.extend(["--timeout", "60"]);
        }
        let mut all = vec![("SSL_CERT_FILE", self.trusted.as_str())];
        all.extend(variables);
        self.folder.corsac_with(&arguments, b"", &all)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.0.join(name)).unwrap()
    }

    /// The files in the folder, without those of the authority.
    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.folder.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> =
            names.map(|name| name.into_string().unwrap()).filter(|name| name != "authority.pem").collect();
        names.sort();
        names
    }
}

/// The message about a failure, in one line.
fn flat(run: &Run) -> String {
    run.err.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message with a status line, headers, and the length of its body.
fn message(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {}\nContent-Length: {}\nConnection: close\n\n", head.trim(), body.len());
    [head.replace('\n', "\r\n").as_bytes(), body].concat()
}

#[test]
fn a_new_policy_replaces_the_old_one_and_is_asked_for_once() {
    let setting = Setting::new("pull-new");
    let text = Arc::new(Mutex::new((NEW.to_owned(), "\"1\"")));
    let served = text.clone();
    let server = setting.server(move |request, stream| {
        let (text, tag) = served.lock().unwrap().clone();
        let answer = if request.header("if-none-match") == Some(tag) {
            b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
        } else {
            message(&format!("200 OK\nETag: {tag}\nLast-Modified: Sun, 29 Nov 2026 07:00:00 GMT"), text.as_bytes())
        };
        let _ = stream.write_all(&answer);
    });
    let url = format!("{}/cors.toml?token=hunter2", server.url);
    let run = setting.pull(&url, "cors.toml", &[], &[("CORSAC_PULL_AUTHORIZATION", "Bearer hunter2")]);
    assert_eq!((run.status, run.out.as_str()), (0, "cors.toml: updated\n"), "{run:?}");
    assert_eq!(setting.text("cors.toml"), NEW);
    assert_eq!(setting.files(), [".cors.toml.pulled", "cors.toml"]);
    assert!(!setting.text(".cors.toml.pulled").contains("hunter2"));
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer hunter2"));
    assert_eq!(server.seen()[0].header("if-none-match"), None);

    // The next request is conditional, and the file is not touched.
    let before = setting.folder.0.join("cors.toml").metadata().unwrap().modified().unwrap();
    let run = setting.pull(&url, "cors.toml", &[], &[]);
    assert_eq!((run.status, run.out.as_str()), (0, "cors.toml: unchanged\n"), "{run:?}");
    let last = server.seen().pop().unwrap();
    assert_eq!(last.header("if-none-match"), Some("\"1\""));
    assert_eq!(last.header("if-modified-since"), Some("Sun, 29 Nov 2026 07:00:00 GMT"));
    assert_eq!(last.header("authorization"), None);
    assert_eq!(setting.folder.0.join("cors.toml").metadata().unwrap().modified().unwrap(), before);

    // The server has something newer.
    *text.lock().unwrap() = (OLD.to_owned(), "\"2\"");
    assert_eq!(setting.pull(&url, "cors.toml", &[], &[]).out, "cors.toml: updated\n");
    assert_eq!(setting.text("cors.toml"), OLD);

    // If somebody has changed the file, the request has no condition. The same is true if the file is gone, or came
    // from another URL.
    setting.folder.file("cors.toml", "allow_origins = []\n");
    assert_eq!(setting.pull(&url, "cors.toml", &[], &[]).out, "cors.toml: updated\n");
    std::fs::remove_file(setting.folder.0.join("cors.toml")).unwrap();
    assert_eq!(setting.pull(&url, "cors.toml", &[], &[]).out, "cors.toml: updated\n");
    assert_eq!(
        setting.pull(&format!("{}/other.toml", server.url), "cors.toml", &[], &[]).out,
        "cors.toml: unchanged\n"
    );
    let conditions = server.seen().iter().map(|request| request.header("if-none-match").is_some()).collect::<Vec<_>>();
    assert_eq!(conditions, [false, true, true, false, false, false]);

    // A broken receipt is not an error.
    for broken in ["", "{", "{\"version\": 2}", "null"] {
        setting.folder.file(".cors.toml.pulled", broken);
        let run = setting.pull(&url, "cors.toml", &[], &[]);
        assert_eq!((run.status, run.out.as_str()), (0, "cors.toml: unchanged\n"), "{broken}");
    }
    assert_eq!(setting.folder.corsac(&["check"]).status, 0);
}

#[test]
fn lints_of_a_new_policy_are_printed() {
    let setting = Setting::new("pull-lints");
    let capped = format!("{NEW}max_age = 86400\n");
    let served = capped.clone();
    let server = setting.server(move |_, stream| {
        let _ = stream.write_all(&message("200 OK", served.as_bytes()));
    });
    let url = format!("{}/cors.toml?token=hunter2", server.url);
    let run = setting.pull(&url, "cors.toml", &[], &[]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("cors.toml: updated\nlint[max-age-capped]"), "{run:?}");
    assert!(!run.out.contains("hunter2"), "{run:?}");
    assert_eq!(setting.text("cors.toml"), capped);
    assert_eq!(setting.pull(&url, "cors.toml", &[], &[]).out, "cors.toml: unchanged\n");
}

#[test]
fn links_permissions_and_json_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let setting = Setting::new("pull-link");
    std::fs::create_dir(setting.folder.0.join("real")).unwrap();
    let real = setting.folder.file("real/cors.json", "{\"allow_origins\": []}");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/cors.json", setting.folder.0.join("link.json")).unwrap();
    let json = "{\"allow_origins\": [\"https://new.example.com\"]}";
    let server = setting.saying("200 OK", json);
    let run = setting.pull(&server.url, "link.json", &[], &[]);
    assert_eq!((run.status, run.out.as_str()), (0, "link.json: updated\n"), "{run:?}");
    assert!(setting.folder.0.join("link.json").is_symlink());
    assert_eq!(std::fs::read_to_string(&real).unwrap(), json);
    assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    // Without validators there is nothing to keep.
    assert_eq!(std::fs::read_dir(setting.folder.0.join("real")).unwrap().count(), 1);
    // The text is read as the file's name says.
    let run = setting.pull(&server.url, "cors.toml", &[], &[]);
    assert!(run.status == 1 && flat(&run).contains("error[syntax]"), "{run:?}");
}

#[test]
fn a_reader_sees_the_old_policy_or_the_new_one() {
    let setting = Setting::new("pull-reader");
    let count = Mutex::new(0);
    let server = setting.server(move |_, stream| {
        let mut count = count.lock().unwrap();
        *count += 1;
        let origins: Vec<_> = (0..2000).map(|number| format!("'https://a{number}-{count}.example.com'")).collect();
        let text = format!("allow_origins = [{}]\n", origins.join(", "));
        let _ = stream.write_all(&message("200 OK", text.as_bytes()));
    });
    let path = setting.folder.0.join("cors.toml");
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let ended = done.clone();
    let reader = std::thread::spawn(move || {
        let mut read = 0;
        while !ended.load(std::sync::atomic::Ordering::Relaxed) {
            assert!(corsac::Policy::from_file(&path).is_ok());
            read += 1;
        }
        read
    });
    for _ in 0..20 {
        assert_eq!(setting.pull(&server.url, "cors.toml", &[], &[]).out, "cors.toml: updated\n");
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.join().unwrap() > 20);
}

/// A server's mistake, the exit status, and the message.
type Fault = (&'static str, fn(&Request, &mut dyn Write), i32, &'static str);

fn say(stream: &mut dyn Write, head: &str, body: &[u8]) {
    // The command may have closed the connection.
    let _ = stream.write_all(&message(head, body));
}

/// The message about a server that does not send its response in time.
const HANGS: &str = "no response came in time";

const FAULTS: &[Fault] = &[
    ("hangs", |_, _| std::thread::sleep(Duration::from_secs(30)), 3, HANGS),
    (
        "hangs within the body",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nallow_");
            let _ = stream.flush();
            std::thread::sleep(Duration::from_secs(30));
        },
        3,
        HANGS,
    ),
    (
        "sends a byte now and then",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while stream.write_all(b" ").and_then(|()| stream.flush()).is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        },
        3,
        HANGS,
    ),
    ("closes", |_, _| {}, 3, "no policy came from"),
    (
        "ends too early",
        |_, stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nallow_origins = []\n")),
        3,
        "no policy came from",
    ),
    (
        "a gigabyte",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
            while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
        },
        1,
        "has more than 64 MiB",
    ),
    (
        "without an end",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let chunk = [b"100000\r\n".as_slice(), &[b' '; 1 << 20], b"\r\n"].concat();
            while stream.write_all(&chunk).is_ok() {}
        },
        1,
        "has more than 64 MiB",
    ),
    (
        "a header bomb",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(format!("X-Bomb: {}\r\n", "x".repeat(8000)).as_bytes()).is_ok() {}
        },
        3,
        "KiB",
    ),
    ("garbage", |_, stream| say(stream, "200 OK", &[0, 159, 146, 150]), 1, "is a binary file and not a policy"),
    ("Latin-1", |_, stream| say(stream, "200 OK", b"allow_origins = ['https://\xe4.example']"), 1, "is not UTF-8"),
    ("a login page", |_, stream| say(stream, "200 OK", b"<!doctype html><title>Log in</title>"), 1, "error[syntax]"),
    ("empty", |_, stream| say(stream, "200 OK", b""), 1, "allow_origins"),
    (
        "a bad policy",
        |_, stream| say(stream, "200 OK", b"allow_origins = ['https://a.example/']\n"),
        1,
        "error[origin-trailing-slash]",
    ),
    ("304 without a condition", |_, stream| say(stream, "304 Not Modified", b""), 1, "responded with 304"),
    ("401", |_, stream| say(stream, "401 Unauthorized", b""), 1, "CORSAC_PULL_AUTHORIZATION"),
    ("404", |_, stream| say(stream, "404 Not Found", b"allow_origins = []"), 1, "responded with 404"),
    ("500", |_, stream| say(stream, "500 Internal Server Error", b""), 1, "responded with 500"),
    ("206", |_, stream| say(stream, "206 Partial Content", b"allow_origins = []\n"), 1, "responded with 206"),
    (
        "a redirect to http",
        |_, stream| say(stream, "302 Found\nLocation: http://localhost:1/cors.toml", b""),
        1,
        "redirects to plain http",
    ),
    (
        "endless redirects",
        |_, stream| say(stream, "302 Found\nLocation: /again", b""),
        1,
        "redirects more than 5 times",
    ),
];

#[test]
fn the_old_policy_stays_whatever_the_server_does() {
    let setting = Setting::new("pull-faults");
    std::thread::scope(|scope| {
        for (number, (name, respond, status, sentence)) in FAULTS.iter().enumerate() {
            let setting = &setting;
            scope.spawn(move || {
                let file = format!("cors-{number}.toml");
                setting.folder.file(&file, OLD);
                let server = setting.server(respond);
                let start = Instant::now();
                let short: &[&str] = if *sentence == HANGS { &["--timeout", "2"] } else { &[] };
                let run = setting.pull(&server.url, &file, short, &[]);
                let err = flat(&run);
                assert_eq!(run.status, *status, "{name}: {err}");
                assert!(err.contains(sentence), "{name}: {err}");
                assert!(err.contains("error: "), "{name}: {err}");
                assert_eq!((run.out.as_str(), setting.text(&file).as_str()), ("", OLD), "{name}");
                assert!(start.elapsed() < Duration::from_secs(if short.is_empty() { 60 } else { 20 }), "{name}");
            });
        }
    });
    let left: Vec<_> = setting.files().into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn certificates_are_checked() {
    let setting = Setting::new("pull-certificates");
    let stranger = Setting::new("pull-stranger");
    let server = stranger.saying("200 OK", NEW);
    let run = setting.pull(&server.url, "cors.toml", &[], &[]);
    assert!(run.status == 3 && flat(&run).contains("not signed by an authority that this machine trusts"), "{run:?}");
    assert_eq!(setting.text("cors.toml"), OLD);
    let other = TlsServer::start(&setting.authority, ("other.example", (2020, 2090)), |_, stream| {
        drop(stream.write_all(&message("200 OK", NEW.as_bytes())));
    });
    let run = setting.pull(&other.url, "cors.toml", &[], &[]);
    assert!(run.status == 3 && flat(&run).contains("the certificate is for another name"), "{run:?}");
}

#[test]
fn redirects_on_https_are_followed_without_the_token() {
    let setting = Setting::new("pull-redirect");
    let there = setting.saying("200 OK", NEW);
    let target = there.url.clone();
    let here = setting.server(move |request, stream| {
        let to = if request.target == "/a" { "/b".to_owned() } else { format!("{target}/cors.toml") };
        say(stream, &format!("302 Found\nLocation: {to}"), b"");
    });
    let run =
        setting.pull(&format!("{}/a", here.url), "cors.toml", &[], &[("CORSAC_PULL_AUTHORIZATION", "Bearer hunter2")]);
    assert_eq!((run.status, run.out.as_str()), (0, "cors.toml: updated\n"), "{run:?}");
    let tokens = |server: &TlsServer| {
        server.seen().iter().map(|request| request.header("authorization").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(tokens(&here), [true, false]);
    assert_eq!(tokens(&there), [false]);
}

#[test]
fn plain_http_is_for_this_machine() {
    let setting = Setting::new("pull-plain");
    let server = Server::start(|request, stream| {
        if request.target == "/elsewhere" {
            say(stream, "302 Found\nLocation: https://config.example.com/", b"");
        } else {
            say(stream, "200 OK", NEW.as_bytes());
        }
    });
    let run = setting.pull(&server.url, "cors.toml", &[], &[]);
    assert_eq!((run.status, setting.text("cors.toml").as_str()), (0, NEW), "{run:?}");
    let run = setting.pull(&format!("{}/elsewhere", server.url), "cors.toml", &[], &[]);
    assert!(run.status == 1 && flat(&run).contains("name the URL to which it redirects"), "{run:?}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = setting.pull(&format!("http://{closed}/"), "cors.toml", &[], &[]);
    assert!(run.status == 3 && flat(&run).contains("no program listens on this port"), "{run:?}");
}

#[test]
fn policies_that_cannot_be_pulled_are_explained() {
    let setting = Setting::new("pull-usage");
    std::fs::create_dir(setting.folder.0.join("folder")).unwrap();
    let server = setting.saying("200 OK", NEW);
    let url = server.url.as_str();
    for (url, file, authorization, sentence) in [
        ("http://config.example.com/cors.toml", "cors.toml", "", "is plain http"),
        ("http://localhost.example.com/", "cors.toml", "", "is plain http"),
        ("ftp://config.example.com/", "cors.toml", "", "is not an https URL"),
        ("config.example.com", "cors.toml", "", "is not an https URL"),
        ("not a url", "cors.toml", "", "is not a URL"),
        ("https://me:hunter2@config.example.com/", "cors.toml", "", "contains a user name or a password"),
        (url, "cors.toml", "Bearer\n1", "cannot be sent in a header"),
        (url, "folder", "", "is not a file"),
        (url, "no/cors.toml", "", "`no/cors.toml` cannot be written"),
        (url, "/dev/null", "", "is not a file"),
    ] {
        let run = setting.pull(url, file, &[], &[("CORSAC_PULL_AUTHORIZATION", authorization)]);
        let err = flat(&run);
        assert!(run.status == 2 && err.contains(sentence), "{url} {file}: {run:?}");
        assert!(!err.contains("hunter2"), "{err}");
    }
    assert_eq!(server.seen().len(), 0);
    assert!(Path::new("/dev/null").metadata().is_ok_and(|found| !found.is_file()));
    assert_eq!(setting.files(), ["cors.toml", "folder"]);
}

#[test]
fn jitter_is_a_random_wait() {
    let setting = Setting::new("pull-jitter");
    let server = setting.saying("200 OK", NEW);
    let start = Instant::now();
    let waits = (0..4).map(|_| {
        let start = Instant::now();
        assert_eq!(setting.pull(&server.url, "cors.toml", &["--jitter", "1"], &[]).status, 0);
        start.elapsed().as_millis()
    });
    let waits: Vec<_> = waits.collect();
    // By chance, four waits are within 5 ms of each other only about once in a million runs.
    let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
    assert!(most - least > 5, "{waits:?}");
    assert!(start.elapsed() < Duration::from_secs(20));
}
