//! Help, suggestions, completions, the manual, and colours.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::Folder;

/// The subcommands that `corsac --help` lists.
fn listed(folder: &Folder) -> Vec<String> {
    let help = folder.corsac(&["--help"]).out;
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn every_help_has_examples_and_fits_80_columns() {
    let folder = Folder::new("help");
    let commands = listed(&folder);
    assert!(commands.len() >= 4, "{commands:?}");
    for command in &commands {
        for option in ["-h", "--help"] {
            let run = folder.corsac(&[command, option]);
            assert_eq!((run.status, run.err.as_str()), (0, ""));
            assert!(run.out.contains(&format!("Examples:\n  corsac {command}")), "{}", run.out);
            let long: Vec<_> = run.out.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(long.is_empty(), "{command} {long:?}");
        }
    }
    let first = folder.corsac(&["--help"]).out;
    assert!(first.lines().all(|line| line.chars().count() <= 80), "{first}");
}

#[test]
fn alone_it_shows_the_most_common_tasks() {
    let folder = Folder::new("alone");
    let run = folder.corsac(&[]);
    assert_eq!((run.status, run.err.as_str()), (2, ""));
    let known = listed(&folder);
    let shown: Vec<_> = run.out.lines().filter_map(|line| line.strip_prefix("  corsac ")).collect();
    assert!(shown.len() >= 4, "{}", run.out);
    for command in shown {
        let name = command.split(' ').next().unwrap().to_owned();
        assert!(known.contains(&name), "{command}");
    }
    assert!(run.out.lines().all(|line| line.len() <= 80), "{}", run.out);
}

#[test]
fn misspelt_words_are_corrected() {
    let folder = Folder::new("misspelt");
    for (arguments, suggestion) in [
        (&["chek"][..], "'check'"),
        (&["explian"], "'explain'"),
        (&["dif"], "'diff'"),
        (&["check", "--formt", "json"], "'--format'"),
        (&["check", "--format", "jsn"], "'json'"),
    ] {
        let run = folder.corsac(arguments);
        assert!(run.status == 2 && run.err.contains(suggestion), "{arguments:?} {run:?}");
    }
}

#[test]
fn completions_and_the_manual_know_every_command() {
    let folder = Folder::new("completions");
    let commands = listed(&folder);
    for shell in ["bash", "zsh", "fish"] {
        let run = folder.corsac(&["completions", shell]);
        assert!(run.status == 0 && commands.iter().all(|command| run.out.contains(command)), "{shell}");
    }
    assert_eq!(folder.corsac(&["man-pages", "."]).status, 0);
    for command in &commands {
        let page = std::fs::read_to_string(folder.0.join(format!("corsac-{command}.1"))).unwrap();
        assert!(page.contains("Examples:"), "{page}");
    }
    let run = folder.corsac(&["man-pages", "nowhere"]);
    assert!(run.status == 2 && run.err.contains("cannot be written into `nowhere`"), "{run:?}");
}

#[test]
fn colours_are_for_terminals() {
    let folder = Folder::new("colours");
    folder.file("cors.toml", "allow_origins = ['https://a.example/']\n");
    folder.file("other.toml", "allow_origins = ['https://a.example']\n");
    folder.file("good.toml", "allow_origins = ['https://b.example']\n");
    let explain = ["explain", "good.toml", "--from", "https://a.example", "/"];
    for arguments in [&["check"][..], &explain, &["diff", "other.toml", "good.toml"], &[]] {
        let coloured = |run: &common::Run| run.out.contains('\u{1b}');
        assert!(!coloured(&folder.corsac(arguments)), "{arguments:?}");
        let always: Vec<_> = ["--color", "always"].iter().chain(arguments).copied().collect();
        let run = folder.corsac_with(&always, b"", &[("NO_COLOR", "1")]);
        assert!(coloured(&run), "{arguments:?} {run:?}");
        let forced = folder.corsac_with(arguments, b"", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert!(!coloured(&forced) || std::env::var_os("NO_COLOR").is_some(), "{arguments:?}");
    }
    // Output for programs never has colours.
    let run = folder.corsac(&["--color", "always", "check", "--format", "json"]);
    assert!(!run.out.contains('\u{1b}'));
}
