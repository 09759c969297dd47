//! Every example of the guide prints what the guide shows. With `CORSAC_WRITE_GUIDE=1`, this test writes the guide
//! again.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::{Folder, program};
use std::process::Command;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/command.md");

#[test]
fn examples_print_what_the_guide_shows() {
    let folder = Folder::new("guide");
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let mut written = String::new();
    let mut commands = 0;
    // Each piece ends with a fence: the text before a block, or the block itself.
    let mut language = String::new();
    for piece in guide.split_inclusive("```") {
        let (rest, opens) = piece.split_once('\n').unwrap_or((piece, ""));
        match (language.is_empty(), rest) {
            (true, name) if !name.is_empty() && !name.contains(' ') => language = name.to_owned(),
            _ => language.clear(),
        }
        let block = opens.strip_suffix("```").unwrap_or(opens);
        match language.as_str() {
            "toml" => {
                let name = block.lines().next().unwrap().strip_prefix("# ").expect("the first line names the file");
                folder.file(name, block);
                written.push_str(piece);
            }
            "console" => written.push_str(&format!("console\n{}```", run_block(&folder, block, &mut commands))),
            _ => written.push_str(piece),
        }
    }
    assert!(commands >= 6, "{commands}");
    if std::env::var_os("CORSAC_WRITE_GUIDE").is_some() {
        std::fs::write(GUIDE, written).unwrap();
    } else if written != guide {
        let (line, (found, wanted)) =
            written.lines().zip(guide.lines()).enumerate().find(|(_, (a, b))| a != b).unwrap();
        panic!("docs/command.md, line {}: the program prints\n{found}\nand the guide shows\n{wanted}", line + 1);
    }
}

/// Runs each command of a block in a shell, and writes the block with what they print.
fn run_block(folder: &Folder, block: &str, commands: &mut usize) -> String {
    let mut out = String::new();
    for line in block.lines().filter(|line| line.starts_with("$ ")) {
        *commands += 1;
        let command = line[2..].replace("git show main:cors.toml", "cat cors.toml");
        let folders =
            std::env::join_paths([program().parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap();
        let mut shell = Command::new("sh");
        let output = shell.arg("-c").arg(&command).env("PATH", folders).current_dir(&folder.0).output().unwrap();
        out.push_str(&format!("{line}\n"));
        out.push_str(&String::from_utf8(output.stdout).unwrap());
        out.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    out
}
