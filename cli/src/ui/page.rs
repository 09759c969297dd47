//! The files of the page, which are part of this program. No other file can be asked for.

/// A file as browsers get it.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: &'static [u8],
}

/// Every file of the page, as `build.rs` found them.
const FILES: &[File] = &include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

const INDEX: &str = "index.html";

/// Whether the page can run, because its WebAssembly module was built before this program.
pub(crate) fn is_complete() -> bool {
    FILES.iter().any(|file| file.media_type == "application/wasm")
}

/// The file at the target of a request. A query does not matter.
pub(crate) fn file_at(target: &str) -> Option<&'static File> {
    let path = target.split('?').next()?.strip_prefix('/')?;
    let name = if path.is_empty() { INDEX } else { path };
    FILES.iter().find(|file| file.name == name)
}

/// The Content Security Policy that the page has in a `meta` element, and a rule that only a header can have: the page
/// cannot be put into a frame. The page's worker gets its policy only from the header.
pub(crate) fn content_security_policy() -> Option<String> {
    let index = std::str::from_utf8(file_at("/")?.bytes).ok()?;
    let (_, rest) = index.split_once("http-equiv=\"Content-Security-Policy\" content=\"")?;
    let (policy, _) = rest.split_once('"')?;
    Some(format!("{policy}; frame-ancestors 'none'"))
}
