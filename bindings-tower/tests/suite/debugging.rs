//! Logging, and the debugging output of a service in development.

use crate::kit::{EVIL, ORIGIN, get, header, layer, preflight, request, through};
use std::io::Write;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn the_reason_is_in_the_response() {
    let debugged = layer("allow_methods = ['PUT']").debug(true);
    for (request, reason) in [
        (get(ORIGIN), "origin-allowed"),
        (get(EVIL), "origin-not-allowed"),
        (request("GET", "/", &[]), "no-origin"),
        (preflight(ORIGIN, "PUT"), "preflight-allowed"),
        (preflight(ORIGIN, "DELETE"), "preflight-method-not-allowed"),
    ] {
        let response = through(&debugged, request).await;
        assert_eq!(header(&response, "server-timing"), format!("corsac;desc=\"{reason}\""));
    }
    assert_eq!(header(&through(&layer("").debug(false), get(ORIGIN)).await, "server-timing"), "");
}

/// Runs this test's own program with a developer's environment, and returns its output.
fn printed(test: &str, environment: &[(&str, &str)]) -> String {
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    command.args(["--exact", test, "--nocapture", "--include-ignored"]).envs(environment.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A request with an origin that a terminal would display as another origin.
fn disguised() -> http::Request<crate::kit::Body> {
    let mut request = get(EVIL);
    let origin = http::HeaderValue::from_bytes("https://evil\u{202e}.example".as_bytes()).unwrap();
    request.headers_mut().insert("origin", origin);
    request
}

/// Serves some requests. Only another test calls it.
#[tokio::test]
#[ignore = "another test runs it, and reads what it prints"]
async fn serves_a_page() {
    let layer = layer("allow_methods = ['PUT']");
    for _ in 0..3 {
        through(&layer, preflight(ORIGIN, "DELETE")).await;
        through(&layer, get(ORIGIN)).await;
        through(&layer, disguised()).await;
    }
    let own = crate::kit::application(http::HeaderMap::from_iter([(http::header::ETAG, "\"1\"".parse().unwrap())]));
    crate::kit::send(&tower::Layer::layer(&layer, own), get(ORIGIN)).await;
}

#[test]
fn blocks_are_printed_once_if_debugging_is_on() {
    let test = "debugging::serves_a_page";
    let text = printed(test, &[("CORSAC_DEBUG", "1")]);
    assert_eq!(
        text.matches("corsac: preflight-method-not-allowed: a page of https://app.example.com").count(),
        1,
        "{text}"
    );
    assert!(text.contains("add `DELETE` to `allow_methods` (line 2)"), "{text}");
    assert_eq!(text.matches("corsac: origin-allowed").count(), 1, "{text}");
    assert!(text.contains("has headers that no script can read"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    assert_eq!(printed(test, &[("CORSAC_DEBUG", "0")]), "");
}

/// The buffer into which a subscriber writes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One test for all levels, since the number of lines is limited for the whole process.
#[tokio::test]
#[ignore = "it reaches the limit of the process, so another test runs it in a separate process"]
async fn logs() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let taken = || String::from_utf8(std::mem::take(&mut *lines.0.lock().unwrap())).unwrap();

    let lax = layer("max_age = 86400");
    assert!(taken().contains("WARN corsac: "), "lints");
    through(&lax, get(ORIGIN)).await;
    assert_eq!(taken(), "", "an allowed request is not logged");
    let foreign = request("GET", "/a?secret=1", &[("origin", EVIL), ("host", "api.example.com")]);
    through(&lax, foreign).await;
    let line = taken();
    assert!(line.contains("DEBUG corsac: refused reason=\"origin-not-allowed\""), "{line}");
    assert!(line.contains(EVIL) && line.contains("help=") && !line.contains("secret"), "{line}");
    // A site's own page needs no CORS.
    through(&lax, request("POST", "/", &[("origin", EVIL), ("host", "evil.example")])).await;
    assert_eq!(taken(), "");
    let reporting = layer("[protection]\nwrites = 'reject'\nreport_only = true");
    through(&reporting, request("POST", "/", &[("origin", EVIL), ("host", "a")])).await;
    assert!(taken().contains("WARN corsac: protection would refuse this request reason=\"write-refused\""));
    for _ in 0..100 {
        through(&lax, disguised()).await;
    }
    let flood = taken();
    assert!(flood.lines().count() <= 20 && !flood.is_empty(), "{flood}");
    assert!(!flood.contains('\u{202e}'), "{flood}");
}

#[test]
fn what_is_logged() {
    printed("debugging::logs", &[]);
}

/// Refuses one preflight. Only another test calls it.
#[tokio::test]
#[ignore = "another test runs it, and reads what it prints"]
async fn serves_what_the_guide_shows() {
    let layer = layer("allow_methods = ['PUT']");
    let asked = [("origin", ORIGIN), ("access-control-request-method", "DELETE")];
    through(&layer, request("OPTIONS", "/items/7", &asked)).await;
}

#[test]
fn the_guide_shows_what_is_printed() {
    let guide = include_str!("../../../docs/tower.md");
    let (_, rest) = guide.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let text = printed("debugging::serves_what_the_guide_shows", &[("CORSAC_DEBUG", "1")]);
    assert!(text.contains(shown), "{text}");
}
