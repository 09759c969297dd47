//! Input that is not a policy: the command says what is wrong, and exits with the status 2.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::Folder;

/// Every subcommand that reads a policy, with the file instead of `@`.
const READERS: &[&[&str]] = &[
    &["check", "@"],
    &["explain", "@", "--from", "https://a.example", "/"],
    &["diff", "@", "good.toml"],
    &["diff", "good.toml", "@"],
    &["test", "@"],
    &["test", "--init", "@"],
];

#[test]
fn unreadable_input_is_reported() {
    let folder = Folder::new("unreadable");
    folder.file("good.toml", "allow_origins = []\n");
    folder.file("binary.toml", [b"\x7fELF\0\0\xff".as_slice(), &[0; 4096]].concat());
    folder.file("latin1.toml", b"allow_origins = ['https://\xe4.example']");
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    std::fs::File::create(folder.0.join("huge.toml")).unwrap().set_len(100 << 20).unwrap();
    std::fs::create_dir(folder.0.join("with\u{1b}[31mescape")).unwrap();
    for (name, sentence) in [
        ("missing.toml", "there is no file `missing.toml`"),
        ("folder", "`folder` is a folder and not a file"),
        ("huge.toml", "`huge.toml` is larger than 64 MiB"),
        ("/dev/zero", "`/dev/zero` is a device"),
        ("with\u{1b}[31mescape", "`with\\u{1b}[31mescape` is a folder"),
        ("good.toml/x", "`good.toml/x` cannot be read: not a directory"),
    ] {
        for reader in READERS {
            let arguments: Vec<_> =
                reader.iter().map(|argument| if *argument == "@" { name } else { argument }).collect();
            let run = folder.corsac(&arguments);
            assert_eq!(run.status, 2, "{arguments:?} {run:?}");
            let err = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(err.starts_with("error: ") && err.contains(sentence), "{arguments:?} {run:?}");
        }
    }
    for name in ["binary.toml", "latin1.toml"] {
        for reader in READERS {
            let arguments: Vec<_> =
                reader.iter().map(|argument| if *argument == "@" { name } else { argument }).collect();
            let run = folder.corsac(&arguments);
            assert_eq!((run.status, run.err.starts_with("error: ")), (2, true), "{arguments:?} {run:?}");
        }
    }
}

#[test]
fn a_policy_with_errors_is_explained_wherever_it_is_needed() {
    let folder = Folder::new("refused");
    folder.file("good.toml", "allow_origins = []\n");
    folder.file("bad.toml", "allow_origins = ['https://a.example/']\n");
    for reader in READERS.iter().filter(|reader| reader[0] != "check" && *reader != &READERS[4]) {
        let arguments: Vec<_> =
            reader.iter().map(|argument| if *argument == "@" { "bad.toml" } else { argument }).collect();
        let run = folder.corsac(&arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains("error[origin-trailing-slash]") && run.err.contains("bad.toml:1:18"), "{}", run.err);
    }
}

#[test]
fn exchanges_that_cannot_be_read() {
    let folder = Folder::new("exchanges");
    folder.file("good.toml", "allow_origins = []\n");
    folder.file("huge.json", vec![b' '; (10 << 20) + 1]);
    folder.file("text.json", "hello");
    folder.file("empty.json", "");
    folder.file("wrong.json", r#"{"page": "https://a.example", "request": {"url": 7}}"#);
    folder.file("deep.json", "[".repeat(100_000));
    for (name, sentence) in [
        ("missing.json", "there is no file"),
        ("huge.json", "more than 10 MiB"),
        ("text.json", "is not JSON"),
        ("empty.json", "is not JSON"),
        ("deep.json", "is not JSON"),
        ("wrong.json", "request.url: "),
        ("good.toml", "is not JSON"),
    ] {
        let run = folder.corsac(&["explain", "good.toml", "--exchange", name]);
        let err = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.status == 2 && err.contains(sentence), "{name} {run:?}");
    }
}

#[test]
fn requests_that_are_not_requests() {
    let folder = Folder::new("requests");
    folder.file("good.toml", "allow_origins = []\n");
    for (arguments, sentence) in [
        (&["--from", "https://a.example/", "/"][..], "--from: `https://a.example/` is not an origin"),
        (&["--from", "a.example", "/"], "--from: `a.example` is not an origin"),
        (&["/"], "--from <ORIGIN>"),
        (&["--from", "https://a.example", "-H", "X-Id", "/"], "-H: `X-Id` has no colon"),
        (&["--from", "https://a.example", "--mode", "core", "/"], "invalid value 'core'"),
        (&["--from", "https://a.example", "--status", "99", "/"], "invalid value '99'"),
    ] {
        let arguments: Vec<_> = ["explain", "good.toml"].iter().chain(arguments).copied().collect();
        let run = folder.corsac(&arguments);
        assert!(run.status == 2 && run.err.contains(sentence), "{arguments:?} {run:?}");
    }
}

#[test]
fn tables_that_are_not_tables() {
    let folder = Folder::new("tables");
    folder.file("cors.toml", "allow_origins = []\n");
    let request = "[[requests]]\nfrom = 'https://a.example'\nurl = '/'\n";
    for (text, sentence) in [
        ("policy = 'cors.toml'\n".to_owned(), "the table has no requests"),
        ("polcy = 'cors.toml'\n".to_owned(), "line 1: unknown field `polcy`"),
        (format!("policy = 'cors.toml'\n{request}expect = 'redable'\n"), "line 5: `redable` is not a result"),
        (format!("policy = 'cors.toml'\n{request}"), "missing field `expect`"),
        (format!("policy = 'gone.toml'\n{request}expect = 'allowed'\n"), "there is no file `gone.toml`"),
        (
            format!("policy = 'cors.toml'\n{request}expect = 'allowed'\nmethod = 7\n"),
            "expected a string or a list of strings",
        ),
        ("policy = \n".to_owned(), "line 1: "),
    ] {
        folder.file("cors.test.toml", &text);
        let run = folder.corsac(&["test"]);
        let err = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.status == 2 && err.contains(sentence), "{text} {run:?}");
    }
}

#[test]
fn nobody_reads_the_output() {
    let folder = Folder::new("pipe");
    folder.file("cors.toml", "allow_origins = ['https://a.example/']\n");
    for arguments in [&["check"][..], &["--help"], &["explain", "--help"], &["completions", "bash"]] {
        let mut child = folder.command(arguments, &[]).spawn().unwrap();
        drop(child.stdout.take());
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!err.contains("panicked"), "{arguments:?} {err}");
    }
}
