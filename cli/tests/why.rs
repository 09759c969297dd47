//! `corsac why`: what people paste.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::{Folder, Run};

fn why(text: &str, more: &[&str]) -> Run {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let arguments: Vec<&str> = ["why"].into_iter().chain(more.iter().copied()).collect();
    Folder::new(&format!("why-{number}")).corsac_with(&arguments, text.as_bytes(), &[])
}

/// The output in one line.
fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sentence_of_a_console_is_answered_in_one_screen() {
    let run = why(
        "app.js:12 Access to fetch at 'https://api.example.com/items' from origin 'http://localhost:3000' has been blocked \
         by CORS policy:\n The 'Access-Control-Allow-Origin' header has a value 'http://localhost:3000/' that is not equal to \
         the supplied origin. Have the server send the header with a valid value.\n\
         app.js:12  GET https://api.example.com/items net::ERR_FAILED 200 (OK)\n\
         Uncaught (in promise) TypeError: Failed to fetch\n    at load (app.js:12:9)",
        &[],
    );
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.out.starts_with("blocked by CORS: allow-origin-mismatch\n"), "{}", run.out);
    assert!(flat(&run).contains("without a slash at the end"), "{}", run.out);
    assert!(
        run.out.contains("corsac probe https://api.example.com/items --from http://localhost:3000\n"),
        "{}",
        run.out
    );
    assert!(run.out.lines().count() <= 24, "{}", run.out);
}

#[test]
fn the_next_command_asks_for_what_was_refused() {
    let run = why(
        "Access to fetch at 'https://api.example.com/items' from origin 'https://app.example.com' has been blocked by CORS \
         policy: Request header field content-type is not allowed by Access-Control-Allow-Headers in preflight response.",
        &[],
    );
    assert!(run.out.contains("-H 'content-type: application/json'"), "{}", run.out);
    let run = why(
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
         ‘https://api.example.com/items’. (Reason: Credential is not supported if the CORS header \
         ‘Access-Control-Allow-Origin’ is ‘*’).",
        &["--from", "https://app.example.com"],
    );
    assert!(
        run.out.contains("corsac probe https://api.example.com/items --from https://app.example.com --credentials"),
        "{}",
        run.out
    );
}

#[test]
fn other_failures_are_not_called_cors() {
    for text in [
        "GET https://api.example.com/ net::ERR_CERT_AUTHORITY_INVALID",
        "GET https://ads.example/ net::ERR_BLOCKED_BY_CLIENT",
        "Refused to connect to 'https://api.example.com/' because it violates the following Content Security Policy directive",
        "HTTP/1.1 502 Bad Gateway\nServer: nginx\nContent-Type: text/html\n\n<html>",
    ] {
        let run = why(text, &["--from", "https://app.example.com"]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.out.starts_with("not CORS"), "{text}: {}", run.out);
    }
}

#[test]
fn messages_of_servers_are_read() {
    for (text, verdict, help) in [
        ("HTTP Status 403: Invalid CORS request", "blocked by CORS\n", "allowedOriginPatterns"),
        ("INFO: 127.0.0.1 - Disallowed CORS origin, method", "blocked by CORS\n", "allow_methods"),
        (
            "java.lang.IllegalArgumentException: When allowCredentials is true, allowedOrigins cannot contain the special value \
             \"*\" since that cannot be set on the \"Access-Control-Allow-Origin\" response header.",
            "blocked by CORS\n",
            "name the origins in `allowedOrigins`",
        ),
        (
            "?: (corsheaders.E013) Origin '' in CORS_ALLOWED_ORIGINS is missing scheme or netloc",
            "blocked by CORS\n",
            "https://",
        ),
        (
            "Forbidden (Origin checking failed - https://app.example.com does not match any trusted origins.)",
            "not CORS\n",
            "CSRF_TRUSTED_ORIGINS",
        ),
        ("{\"message\":\"CSRF token mismatch.\"}", "not CORS\n", "SANCTUM_STATEFUL_DOMAINS"),
        ("Blocked request. This host (\"app.test\") is not allowed.", "not CORS\n", "server.allowedHosts"),
    ] {
        let run = why(text, &[]);
        assert_eq!(run.status, 1, "{text}: {run:?}");
        assert!(run.out.starts_with(verdict), "{text}: {}", run.out);
        assert!(flat(&run).contains(help), "{text}: {}", run.out);
        assert!(run.out.contains("read more: docs/troubleshooting.md#server-message"), "{text}: {}", run.out);
    }
}

#[test]
fn the_text_can_be_the_argument() {
    let folder = Folder::new("why-argument");
    let sentence = "Redirect is not allowed for a preflight request";
    let run = folder.corsac_with(&["why", sentence], b"", &[]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.out.starts_with("blocked by CORS: preflight-redirected\n"), "{}", run.out);
    // A line is longer than the name of a file can be.
    let line = format!(
        "Access to fetch at 'https://api.example.com/{}' from origin 'https://app.example.com' has been blocked by CORS policy: {sentence}.",
        "x".repeat(500)
    );
    assert_eq!(folder.corsac_with(&["why", &line], b"", &[]).status, 1);
    // A name without spaces is a file.
    let run = folder.corsac_with(&["why", "missing.har"], b"", &[]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("there is no file `missing.har`"), "{}", run.err);
    let run = folder.corsac_with(&["why", "nothing of this kind"], b"", &[]);
    assert_eq!(run.status, 2, "{run:?}");
}

#[test]
fn the_cloud_of_a_url_is_named_with_its_settings() {
    let line = "Access to fetch at 'URL' from origin 'https://app.example.com' has been blocked by CORS policy: No \
                'Access-Control-Allow-Origin' header is present on the requested resource.";
    let of = |url: &str| why(&line.replace("URL", url), &[]).out;
    let s3 = of("https://photos.s3.eu-central-1.amazonaws.com/cat.jpg");
    assert!(s3.ends_with("settings of Amazon S3: docs/troubleshooting/clouds-and-gateways.md#amazon-s3\n"), "{s3}");
    assert!(!of("https://api.example.com/items").contains("settings of"));
    // If no response came, the cloud's settings are not the cause.
    let down = why("GET https://api.azurewebsites.net/ net::ERR_CERT_AUTHORITY_INVALID", &[]);
    assert!(!down.out.contains("settings of"), "{}", down.out);
    let response = why(
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}",
        &["--from", "https://app.example.com", "--url", "https://app.azurewebsites.net/items"],
    );
    assert!(response.out.contains("#azure-app-service-and-azure-functions\n"), "{}", response.out);
}

#[test]
fn curl_of_both_shells_is_read_and_has_no_secrets() {
    let bash = "curl 'https://api.example.com/items/7?access_token=hunter2' \\\n  -X 'PUT' \\\n  -H 'accept: */*' \\\n  \
                -H 'authorization: Bearer hunter2' \\\n  -H 'content-type: application/json' \\\n  -b 'sid=hunter2' \\\n  \
                -H 'origin: https://app.example.com' \\\n  -H 'sec-fetch-mode: cors' \\\n  --data-raw $'{\"it\\'s\":1}'";
    let cmd = "curl ^\"https://api.example.com/items/7?access_token=hunter2^\" ^\r\n  -X ^\"PUT^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  \
               -H ^\"authorization: Bearer hunter2^\" ^\r\n  -H ^\"content-type: application/json^\" ^\r\n  \
               -b ^\"sid=hunter2^\" ^\r\n  -H ^\"origin: https://app.example.com^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"";
    for text in [bash, cmd] {
        let run = why(text, &[]);
        assert_eq!(run.status, 0, "{run:?}");
        assert!(
            flat(&run).contains(
                "a browser sends a preflight (OPTIONS) first, because of the method, authorization and content-type"
            ),
            "{}",
            run.out
        );
        assert!(!run.out.contains("hunter2"), "{}", run.out);
        let next = run.out.lines().last().unwrap().trim();
        assert_eq!(
            next,
            "corsac probe 'https://api.example.com/items/7?access_token=redacted' --from https://app.example.com -X PUT \
             -H 'authorization: [redacted]' -H 'content-type: application/json' --credentials"
        );
        let json = why(text, &["--format", "json"]).out;
        assert!(!json.contains("hunter2"), "{json}");
    }
    let run = why(bash, &["--show-secrets"]);
    assert_eq!(run.status, 2, "only a terminal shows secrets: {run:?}");
    let fetch = r#"fetch("https://api.example.com/x", {"headers":{"x-id":"7"},"referrer":"https://app.example.com/","body":null,"method":"GET","mode":"cors","credentials":"include"});"#;
    let run = why(fetch, &[]);
    assert!(run.out.contains("-H 'x-id: 7' --credentials"), "{}", run.out);
}

#[test]
fn responses_are_read_as_text() {
    let headers =
        "content-type: text/html\naccess-control-allow-origin: *\nAccess-Control-Allow-Origin: https://app.example.com";
    for text in [headers.to_owned(), format!("HTTP/2 200\r\n{headers}\r\n\r\n<html>"), headers.replace('\n', "\r\n")] {
        let run = why(&text, &["--from", "https://app.example.com"]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.out.starts_with("blocked by CORS: allow-origin-multiple"), "{}", run.out);
    }
    let verbose = "* Connected to api.example.com\n> PUT /items/7 HTTP/2\n> Host: api.example.com\n> Origin: \
                   https://app.example.com\n> \n< HTTP/2 307 \n< access-control-allow-origin: https://app.example.com\n< \
                   location: /login\n< \n";
    let run = why(verbose, &["--format", "json"]);
    let json = run.json();
    let exchange = &json["explanations"][0]["exchange"];
    assert_eq!(exchange["request"]["url"], "https://api.example.com/items/7");
    assert_eq!(exchange["page"], "https://app.example.com");
    let run = why(
        "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n\n",
        &["--from", "https://app.example.com", "--url", "https://b.example/"],
    );
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("not blocked: readable"), "{}", run.out);
}

fn har(entries: &serde_json::Value) -> String {
    serde_json::json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

#[test]
fn a_har_file_shows_what_failed() {
    let pairs = |list: &[(&str, &str)]| -> serde_json::Value {
        list.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect()
    };
    let origin = ("Origin", "https://app.example.com");
    let url = "https://api.example.com/items";
    let entries = serde_json::json!([
        {"request": {"url": "https://app.example.com/", "method": "GET", "headers": []}, "response": {"status": 200, "headers": []}},
        {"request": {"url": url, "method": "PUT", "headers": pairs(&[origin, ("authorization", "Bearer hunter2"), ("cookie", "sid=hunter2")])},
         "response": {"status": 0, "headers": [], "_error": "net::ERR_FAILED"}},
        {"request": {"url": url, "method": "OPTIONS", "headers": pairs(&[origin, ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "authorization")])},
         "response": {"status": 401, "headers": []}},
        {"request": {"url": "https://api.example.com/fine", "method": "GET", "headers": pairs(&[origin])},
         "response": {"status": 200, "headers": pairs(&[("access-control-allow-origin", "*")])}},
        {"request": {"url": "https://down.example.com/", "method": "GET", "headers": pairs(&[origin])},
         "response": {"status": 0, "headers": [], "_error": "net::ERR_CONNECTION_REFUSED"}},
    ]);
    let run = why(&har(&entries), &[]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(
        run.out.starts_with("blocked by CORS: preflight-unauthorized\n  PUT https://api.example.com/items"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("not CORS: connection-failed") && run.out.contains("2 of 3 requests failed"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("hunter2"), "{}", run.out);
    assert!(!why(&har(&entries), &["--format", "json"]).out.contains("hunter2"));
}

#[test]
fn any_input_gives_an_answer_or_a_clear_error() {
    let deep = "[".repeat(100_000);
    for text in [
        "",
        " \n",
        "hello",
        "{",
        "{}",
        "{\"log\": {}}",
        "{\"log\": {\"entries\": []}}",
        "{\"log\": {\"entries\": [null, {}, {\"request\": {\"url\": 7}}]}}",
        "{\"request\": 7}",
        "curl",
        "curl ",
        "curl 'x",
        "curl -H",
        "fetch(",
        "fetch(\"x\"",
        "\0\u{1}\u{fffd}",
        &format!("{{\"a\": {deep}"),
    ] {
        let run = why(text, &[]);
        assert_eq!(run.status, 2, "{text:.40}: {run:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains("help: "), "{text:.40}: {}", run.err);
    }
    let run = why("HTTP/1.1 200 OK\nX: y\n\n", &["--from", "app.example.com"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("--from"), "{}", run.err);
    let folder = Folder::new("why-utf16");
    let text = "Access to fetch at 'https://b.example/' from origin 'https://a.example' has been blocked by CORS policy: It does \
                not have HTTP ok status.";
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let path = folder.file("console.txt", bytes);
    let run = folder.corsac(&["why", path.to_str().unwrap()]);
    assert!(run.out.starts_with("blocked by CORS: preflight-failed"), "{run:?}");
}
