//! Every example of the guide, and of the pages about failed requests, prints what the page shows. With
//! `CORSAC_WRITE_GUIDE=1`, this test writes the pages again.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::{Folder, program};
use std::path::{Path, PathBuf};
use std::process::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

/// A page, and what its blocks need while they run.
struct Page {
    path: PathBuf,
    folder: Folder,
    commands: usize,
}

impl Page {
    fn new(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = Folder::new(&format!("page-{name}"));
        Page { path: path.to_owned(), folder, commands: 0 }
    }

    /// Runs each block, and compares the page with what was printed.
    fn check(&mut self) {
        let text = std::fs::read_to_string(&self.path).unwrap();
        let mut written = String::new();
        // Each piece is the text before a block, or the block itself, and ends with a fence.
        let mut language = String::new();
        for piece in text.split_inclusive("```") {
            let (rest, opens) = piece.split_once('\n').unwrap_or((piece, ""));
            match (language.is_empty(), rest) {
                (true, name) if !name.is_empty() && !name.contains(' ') => language = name.to_owned(),
                _ => language.clear(),
            }
            let block = opens.strip_suffix("```").unwrap_or(opens);
            match language.as_str() {
                "toml" => self.policy(block),
                "http" => self.respond(block),
                "json" => drop(serde_json::from_str::<serde_json::Value>(block).expect(block)),
                _ => {}
            }
            match language.as_str() {
                "console" => written.push_str(&format!("console\n{}```", self.run(block))),
                _ => written.push_str(piece),
            }
        }
        if std::env::var_os("CORSAC_WRITE_GUIDE").is_some() {
            std::fs::write(&self.path, written).unwrap();
        } else if written != text {
            let (line, (found, wanted)) =
                written.lines().zip(text.lines()).enumerate().find(|(_, (a, b))| a != b).unwrap();
            let path = self.path.display();
            panic!("{path}, line {}: the program prints\n{found}\nand the page shows\n{wanted}", line + 1);
        }
    }

    /// A file, if its first line names one; otherwise a policy, which has to be valid.
    fn policy(&self, block: &str) {
        let first = block.lines().next().unwrap_or_default();
        match first.strip_prefix("# ").filter(|name| name.ends_with(".toml")) {
            Some(name) => {
                self.folder.file(name, block);
            }
            None => {
                let run = self.folder.corsac_with(&["check", "--strict", "-"], block.as_bytes(), &[]);
                assert_eq!(run.status, 0, "{}: {}", self.path.display(), run.out);
            }
        }
    }

    /// The response of a server: from here on, `curl` prints it, whatever is requested.
    fn respond(&self, block: &str) {
        let response = self.folder.file("response.http", block);
        let bin = self.folder.0.join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let script = bin.join("curl");
        std::fs::write(&script, format!("#!/bin/sh\ncat '{}'\n", response.display())).unwrap();
        let done = Command::new("chmod").arg("+x").arg(&script).status().unwrap();
        assert!(done.success());
    }

    /// Runs each command of a block in a shell, and writes the block with what they print.
    fn run(&mut self, block: &str) -> String {
        let mut out = String::new();
        let mut command = String::new();
        for line in block.lines() {
            match (line.strip_prefix("$ "), line.strip_prefix("> ")) {
                (Some(begun), _) => command = begun.to_owned(),
                (None, Some(more)) if !command.is_empty() => command.push_str(&format!("\n{more}")),
                _ => {
                    command.clear();
                    continue;
                }
            }
            out.push_str(&format!("{line}\n"));
            if command.ends_with(['\\', '|']) {
                continue;
            }
            self.commands += 1;
            out.push_str(&self.shell(&command.replace("git show main:cors.toml", "cat cors.toml")));
            command.clear();
        }
        out
    }

    fn shell(&self, command: &str) -> String {
        let own = self.folder.0.join("bin");
        let folders = [own.as_path(), program().parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()];
        let folders = std::env::join_paths(folders).unwrap();
        let mut shell = Command::new("sh");
        let output = shell.arg("-c").arg(command).env("PATH", folders).current_dir(&self.folder.0).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!errors.starts_with("sh: "), "{}: {command}\n{errors}", self.path.display());
        String::from_utf8(output.stdout).unwrap() + &errors
    }
}

#[test]
fn examples_print_what_the_guide_shows() {
    let mut page = Page::new(&Path::new(DOCS).join("command.md"));
    page.check();
    assert!(page.commands >= 6, "{}", page.commands);
}

#[test]
fn the_pages_about_failed_requests_show_what_is_printed() {
    let mut commands = 0;
    let mut pages: Vec<PathBuf> = std::fs::read_dir(Path::new(DOCS).join("troubleshooting"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    assert!(pages.len() >= 12, "{pages:?}");
    pages.push(Path::new(DOCS).join("troubleshooting.md"));
    for path in pages {
        let mut page = Page::new(&path);
        page.check();
        commands += page.commands;
    }
    assert!(commands >= 10, "{commands}");
}
