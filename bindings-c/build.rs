//! Gives the shared library its soname, whose number changes when the ABI breaks.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is_elf = std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix")
        && std::env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor != "apple");
    if is_elf {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcorsac.so.{}", env!("CARGO_PKG_VERSION_MAJOR"));
    }
}
