//! `include/corsac.h`. cbindgen makes it from the C binding's files. The version and the engine's reasons, which
//! cbindgen cannot see, are added here.

use corsac::Reason;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

/// The binding's files in the order in which the header shows them.
const FILES: [&str; 34] = [
    "version",
    "slice",
    "status",
    "decision/reason",
    "request/fields",
    "request/allocate",
    "request/header_lines",
    "request/same_origin",
    "request/copy",
    "decision/action",
    "decision/header",
    "decision/fields",
    "decision/header_copy",
    "issues/error",
    "issues/issue",
    "policy/options",
    "policy/build",
    "policy/counted",
    "policy/nobody",
    "policy/lints",
    "reload/reloadable",
    "reload/watch",
    "predicate/answer",
    "predicate/function",
    "decision/evaluate",
    "request/same",
    "predicate/answer_cache",
    "decision/reason_to_log",
    "response/headers",
    "response/apply",
    "response/vary",
    "explain/format",
    "explain/explanation",
    "explain/exchange",
];

/// Files that have nothing for the header.
const INNER: [&str; 10] = [
    "lib",
    "panic_boundary",
    "pointer",
    "decision/prepared",
    "decision/reader",
    "decision/writer",
    "issues/terminated_text",
    "policy/out_parameters",
    "request/read",
    "response/host_headers",
];

pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let binding = root.join("bindings-c");
    check_files(&binding.join("src"))?;
    let mut config = cbindgen::Config::from_file(binding.join("cbindgen.toml"))?;
    config.after_includes = Some(format!("\n{}\n{}", version(env!("CARGO_PKG_VERSION"))?, reasons()?));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in FILES {
        builder = builder.with_src(binding.join("src").join(file).with_extension("rs"));
    }
    let mut header = Vec::new();
    builder.generate()?.write(&mut header);
    Ok(String::from_utf8(header)?)
}

/// A file that is not named above would be missing from the header.
fn check_files(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut found = BTreeSet::new();
    collect(folder, "", &mut found)?;
    let known: BTreeSet<String> = FILES.iter().chain(&INNER).map(|name| (*name).to_owned()).collect();
    if found == known {
        return Ok(());
    }
    let unknown: Vec<_> = found.symmetric_difference(&known).collect();
    Err(format!("FILES and INNER of xtask/src/header.rs differ from the files of the C binding: {unknown:?}").into())
}

/// The names of a folder's files and of its rooms' files, without `.rs`; a `mod.rs` only names the others.
fn collect(folder: &Path, room: &str, found: &mut BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{room}{name}/"), found)?;
        } else if name != "mod" {
            found.insert(format!("{room}{name}"));
        }
    }
    Ok(())
}

/// The version of the header, for the preprocessor and for people.
fn version(version: &str) -> Result<String, Box<dyn Error>> {
    let numbers: Vec<u32> = version.split('.').map(str::parse).collect::<Result<_, _>>()?;
    let [major, minor, patch] = numbers[..] else { return Err(format!("version {version}").into()) };
    Ok(format!(
        "/**
 * The version of this header. `corsac_version()` is that of the library that runs.
 */
#define CORSAC_VERSION \"{version}\"
#define CORSAC_VERSION_MAJOR {major}
#define CORSAC_VERSION_MINOR {minor}
#define CORSAC_VERSION_PATCH {patch}

/**
 * The version as one number to compare with: major * 1000000 + minor * 1000 + patch.
 */
#define CORSAC_VERSION_NUMBER {}
",
        major * 1_000_000 + minor * 1_000 + patch
    ))
}

/// The engine's reasons in the form in which cbindgen writes enums.
fn reasons() -> Result<String, Box<dyn Error>> {
    let mut out = String::from(
        "/**
 * Why a decision is what it is. Numbers are never reused; later versions add some.
 */
enum corsac_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * No decision was made.
   */
  CORSAC_REASON_NONE = -1,
",
    );
    for reason in Reason::ALL {
        let name = reason.as_str().replace('-', "_").to_uppercase();
        let (meaning, number) = (reason.meaning(), *reason as u8);
        writeln!(out, "  /**\n   * `{}`: {meaning}\n   */\n  CORSAC_REASON_{name} = {number},", reason.as_str())?;
    }
    out.push_str(
        "};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum corsac_reason corsac_reason;
#else
typedef int32_t corsac_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
",
    );
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn every_part_of_the_version_counts() {
        let text = version("2.34.567").unwrap_or_default();
        for line in [
            "#define CORSAC_VERSION \"2.34.567\"",
            "#define CORSAC_VERSION_MAJOR 2",
            "#define CORSAC_VERSION_MINOR 34",
            "#define CORSAC_VERSION_PATCH 567",
            "#define CORSAC_VERSION_NUMBER 2034567",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
        assert!(version("1.2").is_err());
        assert!(version("1.2.x").is_err());
    }
}
