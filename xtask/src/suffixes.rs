//! The public suffix list, for core's checks of wildcards, in the form that `core/src/origins/public_suffix_list.rs` reads.
//!
//! The checks need it because `amazonaws.com`, for example, has one owner, but anybody can have a name below
//! `s3.amazonaws.com`, and `*.amazonaws.com` matches such names as well. The list is that of the `psl` crate, which is
//! kept up to date; its compiled form is ten times the size of ours.

use corsac::binding::label_to_ascii;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A name of the list: the mark of its rule, and the names directly below it, by their labels.
struct Name {
    mark: &'static str,
    below: BTreeMap<String, Name>,
}

pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    Ok(lines(&tree(&rules(root)?)))
}

fn tree(rules: &BTreeSet<String>) -> Name {
    let no_rule = || Name { mark: "?", below: BTreeMap::new() };
    let mut tree = no_rule();
    for rule in rules {
        let (mark, name) = rule.strip_prefix('!').map_or(("", rule.as_str()), |name| ("!", name));
        let name =
            name.rsplit('.').fold(&mut tree, |name, label| name.below.entry(label.to_owned()).or_insert_with(no_rule));
        name.mark = mark;
    }
    tree
}

fn lines(tree: &Name) -> String {
    let mut text = String::new();
    let mut names = VecDeque::from([tree]);
    while let Some(name) = names.pop_front() {
        let mut before = "";
        for (label, name) in &name.below {
            // The number is written as one capital letter, so it is limited.
            let shared = before.bytes().zip(label.bytes()).take(25).take_while(|(before, byte)| before == byte).count();
            text.push(char::from(b'A' + shared as u8));
            text.push_str(label.get(shared..).unwrap_or_default());
            text.push_str(name.mark);
            if !name.below.is_empty() {
                text.push('.');
                names.push_back(name);
            }
            before = label;
        }
        text.push('\n');
    }
    text
}

/// Every rule in ASCII: `com`, `*.ck`, `!www.ck`.
fn rules(root: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(psl(root)?.join("data").join("rules.txt"))?;
    let rules: Option<BTreeSet<String>> = text.lines().filter(|rule| !rule.is_empty()).map(ascii).collect();
    Ok(rules.ok_or("a label that has no ASCII form")?)
}

fn ascii(rule: &str) -> Option<String> {
    // The mark of an exception comes before its first label.
    let (mark, name) = rule.strip_prefix('!').map_or(("", rule), |name| ("!", name));
    let labels: Option<Vec<String>> = name.split('.').map(label_to_ascii).collect();
    Some(format!("{mark}{}", labels?.join(".")))
}

/// The folder in which cargo keeps the sources of the locked version of the `psl` crate.
fn psl(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let metadata = ["metadata", "--format-version=1", "--locked"];
    let output = Command::new(env!("CARGO")).args(metadata).current_dir(root).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages =
        metadata.get("packages").and_then(|packages| packages.as_array()).ok_or("cargo metadata names no packages")?;
    let psl = packages
        .iter()
        .find(|package| package.get("name").is_some_and(|name| name == "psl"))
        .ok_or("psl is not among the packages")?;
    let manifest = psl.get("manifest_path").and_then(|path| path.as_str()).ok_or("psl has no manifest")?;
    Ok(Path::new(manifest).parent().ok_or("psl has no folder")?.to_owned())
}

/// Core's reader of the text.
#[cfg(test)]
#[path = "../../core/src/origins/public_suffix_list.rs"]
mod public_suffix_list;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::public_suffix_list::{Entry, find};
    use super::{BTreeSet, Path, lines, rules, tree};

    #[test]
    fn a_text_is_as_core_describes_it() {
        let rules = ["cg", "ck", "blog.co.cg", "com.cg", "*.ck", "!www.ck"].map(str::to_owned);
        assert_eq!(lines(&tree(&BTreeSet::from(rules))), "Acg.Bk.\nAco?.Cm\nA*Awww!\nAblog\n");
    }

    /// Core finds every rule, and nothing else among names that are nearly rules.
    #[test]
    fn core_finds_the_rules() {
        let rules = rules(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let parents: BTreeSet<&str> = rules
            .iter()
            .filter(|rule| !rule.starts_with('!'))
            .flat_map(|rule| rule.match_indices('.').filter_map(|(dot, _)| rule.get(dot + 1..)))
            .filter(|name| !rules.contains(*name))
            .collect();
        let expected = |name: &str| match () {
            () if rules.contains(name) => Some(Entry::Suffix),
            () if rules.contains(&format!("!{name}")) => Some(Entry::Exception),
            () => parents.contains(name).then_some(Entry::Parent),
        };
        let check = |name: &str| assert_eq!(find(name), expected(name), "{name}");
        assert!(rules.len() > 9_000 && parents.len() > 700);
        for name in rules.iter().map(|rule| rule.trim_start_matches('!')).chain(parents.iter().copied()) {
            check(name);
            for (dot, _) in name.match_indices('.') {
                check(&name[dot + 1..]);
                check(&name[..dot]);
            }
            for index in 0..name.len() {
                check(&format!("{}{}", &name[..index], &name[index + 1..]));
            }
            for near in [format!("a{name}"), format!("{name}a"), format!("*.{name}"), format!("www.{name}")] {
                check(&near);
            }
        }
    }
}
