//! The public suffix list, for core's checks of wildcards: its rules, and the names below which there are more rules.
//!
//! `*.amazonaws.com` matches `anyone.s3.amazonaws.com`, although `amazonaws.com` has one owner. The list is that of the
//! `psl` crate, which is kept up to date; its compiled form is four times the size of the text.

use corsac::binding::label_to_ascii;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every rule in ASCII, sorted: `com`, `*.ck`, `!www.ck`.
pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    Ok(lines(&rules(root)?))
}

/// The names that are not suffixes but have suffixes below them.
pub(crate) fn render_parents(root: &Path) -> Result<String, Box<dyn Error>> {
    // An exception says that a name is not a suffix, so there is no suffix below it.
    let suffixes: BTreeSet<String> = rules(root)?.into_iter().filter(|rule| !rule.starts_with('!')).collect();
    let mut parents = BTreeSet::new();
    for suffix in &suffixes {
        let above = suffix.match_indices('.').filter_map(|(index, _)| suffix.get(index + 1..));
        // Core refuses a suffix anyway, and also a single label.
        parents.extend(above.filter(|name| name.contains('.') && !suffixes.contains(*name)).map(str::to_owned));
    }
    Ok(lines(&parents))
}

fn lines(names: &BTreeSet<String>) -> String {
    names.iter().flat_map(|name| [name, "\n"]).collect()
}

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
