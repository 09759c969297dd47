//! `corsac ui`: what its server responds, and to which requests.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::DeflateDecoder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The page's module: `cargo xtask wasm playground` writes it, and the tests of the whole project do that first.
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/playground/corsac.wasm");

/// A running `corsac ui`.
struct Ui {
    process: Child,
    address: String,
    fragment: String,
}

impl Drop for Ui {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn command(arguments: &[&str], input: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corsac"));
    command.arg("ui").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process
}

/// Starts it with a policy from the standard input.
fn start(policy: &str) -> Ui {
    assert!(Path::new(MODULE).exists(), "type `cargo xtask wasm playground`, which builds the module of the page");
    let mut process = command(&["-"], policy);
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("`{line}` is not an address"));
    let (address, fragment) = url.split_once('/').unwrap();
    Ui { address: address.to_owned(), fragment: fragment.to_owned(), process }
}

impl Ui {
    /// The head, in lower case, and the body of the response to the lines of a request.
    fn response(&self, lines: &[&str]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = [lines, &["Connection: close", "", ""]].concat().join("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(response[..end].to_vec()).unwrap().to_ascii_lowercase();
        (head, response[end + 4..].to_vec())
    }

    fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.response(&[&format!("GET {path} HTTP/1.1"), &format!("Host: {}", self.address)])
    }
}

#[test]
fn the_page_and_all_that_it_names_are_served() {
    let ui = start("allow_origins = ['https://app.example.com']\n");
    let (head, index) = ui.get("/");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for header in [
        "content-type: text/html; charset=utf-8",
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
        "frame-ancestors 'none'",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
    let index = String::from_utf8(index).unwrap();
    for name in ["style.css", "app.js", "icon.svg"] {
        assert!(index.contains(&format!("\"{name}\"")), "{name}");
    }
    for entry in std::fs::read_dir(Path::new(MODULE).parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let (head, body) = ui.get(&format!("/{}", entry.file_name().to_str().unwrap()));
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(body == std::fs::read(entry.path()).unwrap(), "{}", entry.path().display());
    }
    assert!(ui.get("/corsac.wasm").0.contains("content-type: application/wasm"));
}

#[test]
fn the_address_has_the_policy_without_secrets() {
    let ui = start("# https://user:hunter2@example.com\nallow_origins = ['https://app.example.com']\n");
    let letters = ui.fragment.strip_prefix("#1.").unwrap();
    let mut state = String::new();
    DeflateDecoder::new(&*URL_SAFE_NO_PAD.decode(letters).unwrap()).read_to_string(&mut state).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    let policy = state["policy"].as_str().unwrap();
    assert!(policy.ends_with("allow_origins = ['https://app.example.com']\n"), "{policy}");
    assert!(!policy.contains("hunter2"), "{policy}");
    assert_eq!(state["exchange"]["request"]["url"], "https://api.example.com/");
}

/// The page reads what the command writes. Each has its own constants for the beginning and the greatest length of a
/// fragment.
#[test]
fn the_page_and_the_command_agree_on_fragments() {
    let page = include_str!("../playground/share.js");
    let command = include_str!("../src/ui/address.rs");
    for (in_page, in_command) in [
        ("const BEGINNING = '#1.'", "const BEGINNING: &str = \"#1.\";"),
        ("const MOST_FRAGMENT = 32_000", "const MOST_CHARACTERS: usize = 32_000;"),
    ] {
        assert!(page.contains(in_page) && command.contains(in_command), "{in_page}, {in_command}");
    }
}

#[test]
fn nothing_else_is_served_to_anyone() {
    let ui = start("");
    for path in
        ["/cors.toml", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "//index.html", "/./index.html", "/README.md", "*"]
    {
        let (head, body) = ui.get(path);
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert_eq!(body, b"The page has no such file.\n");
    }
    let own = format!("Host: {}", ui.address);
    let (_, port) = ui.address.split_once(':').unwrap();
    let local = format!("host: localhost:{port}");
    assert!(ui.response(&["GET /?a HTTP/1.1", &local]).0.starts_with("http/1.1 200"));
    let rebound = format!("Host: evil.example:{port}");
    for lines in [
        &["GET / HTTP/1.1", &rebound][..],
        &["GET / HTTP/1.1", "Host: 127.0.0.1"],
        &["GET / HTTP/1.1", &own, &rebound],
        &["GET / HTTP/1.1"],
    ] {
        let (head, body) = ui.response(lines);
        assert!(head.starts_with("http/1.1 421"), "{lines:?}: {head}");
        assert!(body.starts_with(b"This server answers only"), "{lines:?}");
    }
    let (head, _) = ui.response(&["DELETE / HTTP/1.1", &own]);
    assert!(head.starts_with("http/1.1 405") && head.contains("allow: get, head"), "{head}");
    // Bytes that are not HTTP end only their own connection.
    let mut noise = TcpStream::connect(&ui.address).unwrap();
    noise.write_all(&[0xff; 4096]).unwrap();
    let _hanging = TcpStream::connect(&ui.address).unwrap();
    assert!(ui.get("/").0.starts_with("http/1.1 200"));
}

#[test]
fn policies_that_cannot_be_shown_are_explained() {
    let port_in_use = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = port_in_use.local_addr().unwrap().port().to_string();
    let noise: String = (0..60_000u64).map(|index| char::from(b'a' + (index * index % 251 % 26) as u8)).collect();
    let incompressible: String = noise
        .bytes()
        .scan(7u64, |seed, byte| {
            Some({
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(byte));
                char::from(b'!' + (*seed >> 33) as u8 % 90)
            })
        })
        .collect();
    for (arguments, input, message) in [
        (&["--port", &port][..], "", "nothing can listen on 127.0.0.1"),
        (&["missing.toml"], "", "missing.toml"),
        (&["cors.json"], "", "reads policies in TOML"),
        (&["-"], &incompressible, "too long for the address of the page"),
    ] {
        let output = command(arguments, input).wait_with_output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {printed}");
        assert!(printed.split_whitespace().collect::<Vec<_>>().join(" ").contains(message), "{arguments:?}: {printed}");
    }
}
