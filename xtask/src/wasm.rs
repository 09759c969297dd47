//! `cargo xtask wasm` builds the WebAssembly modules, with whichever compiler has the target. `bindings-node/scripts/bundle-edge.js`
//! makes the one for edge runtimes smaller and places it in the npm package. The others are used as they are.
//!
//! rustup installs the target. Debian has a compiler of its own for it, `rustc-web`, and the source of the standard library,
//! which is then built as well.

use crate::wasm_exports::without_exports;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// A module that can be built.
pub(crate) struct Module {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    package: &'static str,
    features: &'static str,
    /// Functions that its libraries export, and that its host need not call.
    unused_exports: &'static [&'static str],
    /// The path at which everything else finds it, whichever compiler built it.
    place: &'static str,
}

/// Each is built by its own run of cargo, so that features of core in one module do not get into another.
pub(crate) const MODULES: &[Module] = &[
    Module {
        name: "edge",
        package: "corsac-wasm",
        features: "explain",
        unused_exports: &[],
        place: "target/wasm/corsac.wasm",
    },
    Module {
        name: "playground",
        package: "corsac-wasm",
        features: "playground",
        unused_exports: &[],
        // The page loads it from there.
        place: "playground/corsac.wasm",
    },
    Module {
        name: "envoy",
        package: "corsac-envoy",
        features: "",
        unused_exports: CALLBACKS,
        place: "target/wasm/corsac-envoy.wasm",
    },
    Module {
        name: "envoy-trap",
        package: "corsac-envoy",
        features: "trap",
        unused_exports: CALLBACKS,
        place: "target/wasm/corsac-envoy-trap.wasm",
    },
];

/// Callbacks that the SDK for Envoy exports and our filter does not need. Envoy calls every exported callback, and such
/// a call takes longer than a decision.
const CALLBACKS: &[&str] = &[
    "proxy_on_done",
    "proxy_on_log",
    "proxy_on_request_body",
    "proxy_on_request_trailers",
    "proxy_on_response_body",
    "proxy_on_response_trailers",
];

/// With a smaller stack, the addresses of all constants are below 1 MiB, so that each takes three bytes instead of four.
const SMALLER_STACK: &str = "-Clink-arg=-zstack-size=786432";

/// The text of a panic is its message, and says neither where it happened nor how a value looked.
const SHORT_PANICS: &str = "-Zlocation-detail=none -Zfmt-debug=none";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Builds the modules with these names.
pub(crate) fn build(root: &Path, names: &[&str]) -> Result<(), Box<dyn Error>> {
    for name in names {
        let module = MODULES.iter().find(|module| module.name == *name);
        build_module(root, module.ok_or_else(|| format!("there is no module `{name}`"))?)?;
    }
    Ok(())
}

fn build_module(root: &Path, module: &Module) -> Result<(), Box<dyn Error>> {
    // Each compiler has its own folder, so that neither has to build again what the other has built.
    let target = root.join("target").join("wasm");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args(["build", "--locked", "--quiet", "--profile", "wasm", "--package", module.package]);
    cargo.args(["--no-default-features", "--features", module.features]);
    cargo.args(["--target", TARGET]).arg("--target-dir").arg(&target);
    let mut flags = SMALLER_STACK.to_owned();
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
        // Unstable options are allowed here, because the compiler needs them to build the standard library.
        flags = format!("{flags} {SHORT_PANICS}");
    }
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    if !cargo.status()?.success() {
        return Err(format!("the module `{}` could not be built", module.name).into());
    }
    let file = format!("{}.wasm", module.package.replace('-', "_"));
    let built = std::fs::read(target.join(TARGET).join("wasm").join(file))?;
    place(&without_exports(&built, module.unused_exports)?, root, module.place)
}

/// Whether the compiler that cargo uses has the target's standard library.
fn is_installed() -> Result<bool, Box<dyn Error>> {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    Ok(output.status.success() && folder.is_dir())
}

/// Copies the module, unless it is there already, so that files that depend on it are not made again.
fn place(module: &[u8], root: &Path, place: &str) -> Result<(), Box<dyn Error>> {
    let path = root.join(place);
    if std::fs::read(&path).ok().as_deref() != Some(module) {
        std::fs::create_dir_all(path.parent().ok_or("the module has no folder")?)?;
        std::fs::write(&path, module)?;
    }
    println!("{place}: {} bytes", module.len());
    Ok(())
}
