//! Puts the files of the playground into the command, so that an installed `corsac ui` needs no other files.
//!
//! A fresh clone does not have the page's WebAssembly module, which `cargo xtask wasm playground` builds. If the
//! command is built without it, `corsac ui` says so.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A link to the folder, so that a package of this crate has the files too.
const FOLDER: &str = "playground";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.sort();
    let mut table = String::from("[\n");
    for file in files {
        let Some(media_type) = media_type(&file) else { continue };
        let name = file.file_name().and_then(|name| name.to_str()).ok_or("a file name that is not text")?;
        println!("cargo::rerun-if-changed={}", file.display());
        writeln!(table, "File {{ name: {name:?}, media_type: {media_type:?}, bytes: include_bytes!({file:?}) }},")?;
    }
    table.push_str("]\n");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("page_files.rs"), table)?;
    Ok(())
}

/// The media type of a file that browsers load; none for other files.
fn media_type(file: &Path) -> Option<&'static str> {
    Some(match file.extension()?.to_str()? {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => return None,
    })
}
