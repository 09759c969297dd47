//! `cargo xtask wasm` builds the WebAssembly module of the npm package, and `cargo xtask playground` the one of the page in
//! `playground/`, with whichever compiler has the target. `bindings-node/scripts/bundle-edge.js`
//! makes it smaller and places it in the npm package.
//!
//! rustup installs the target. Debian has a compiler of its own for it, `rustc-web`, and the source of the standard library,
//! which is then built as well.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// One of the modules: where it is placed, whichever compiler built it, and the features with which it is built.
pub(crate) struct Module {
    place: &'static str,
    features: &'static str,
}

/// The module of the npm package, where its scripts find it.
pub(crate) const NPM: Module = Module { place: "target/wasm/corsac.wasm", features: "explain" };
/// The module of the page in `playground/`, where the page loads it.
pub(crate) const PLAYGROUND: Module = Module { place: "playground/corsac.wasm", features: "playground" };

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Builds a module.
pub(crate) fn build(root: &Path, module: &Module) -> Result<(), Box<dyn Error>> {
    // A folder of its own, so that neither compiler has to build anew what the other has built.
    let target = root.join("target").join("wasm");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args(["build", "--locked", "--quiet", "--profile", "wasm", "--package", "corsac-wasm"]);
    cargo.args(["--no-default-features", "--features", module.features]);
    cargo.args(["--target", TARGET]).arg("--target-dir").arg(&target);
    if !is_installed()? {
        let missing: Vec<_> = [DEBIAN_RUSTC, DEBIAN_LINKER, DEBIAN_LIBRARY]
            .into_iter()
            .filter(|path| !Path::new(path).exists())
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "the target {TARGET} is not installed: type `rustup target add {TARGET}`; without rustup, on Debian, \
                 `apt-get install rustc-web rust-web-src lld` (missing: {})",
                missing.join(", ")
            )
            .into());
        }
        cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    }
    if !cargo.status()?.success() {
        return Err("the module could not be built".into());
    }
    place(&target.join(TARGET).join("wasm").join("corsac_wasm.wasm"), root, module.place)
}

/// Whether the compiler that cargo uses has the target's standard library.
fn is_installed() -> Result<bool, Box<dyn Error>> {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    Ok(output.status.success() && folder.is_dir())
}

/// Copies the module, unless it is there already, so that whatever depends on it is not made again.
fn place(built: &Path, root: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let (module, place) = (std::fs::read(built)?, root.join(name));
    if std::fs::read(&place).ok().as_deref() != Some(&*module) {
        std::fs::create_dir_all(place.parent().ok_or("the module has no folder")?)?;
        std::fs::write(&place, &module)?;
    }
    println!("{name}: {} bytes", module.len());
    Ok(())
}
