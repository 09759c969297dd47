//! The names below which the public suffix list has further suffixes, for core's check of wildcards.
//!
//! `*.amazonaws.com` reaches `anyone.s3.amazonaws.com`, although `amazonaws.com` is somebody's own. The `psl`
//! crate answers for one name at a time; what lies below a name only its list tells.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let rules = std::fs::read_to_string(psl(root)?.join("data").join("rules.txt"))?;
    // An exception makes a name less of a suffix, so that there is nothing below it.
    let suffixes: BTreeSet<&str> = rules.lines().filter(|rule| !rule.is_empty() && !rule.starts_with('!')).collect();
    let mut parents = BTreeSet::new();
    for suffix in &suffixes {
        let above = suffix.match_indices('.').filter_map(|(index, _)| suffix.get(index + 1..));
        // A suffix is refused by itself, and so is a lone label.
        parents.extend(above.filter(|name| name.contains('.') && !suffixes.contains(name)));
    }
    let mut text = String::new();
    for parent in parents {
        writeln!(text, "{parent}")?;
    }
    Ok(text)
}

/// Where cargo keeps the sources of the `psl` crate that is locked.
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
