//! For tests of a filter that fails: a header of the request makes the module trap.

use proxy_wasm::hostcalls::get_map_value_bytes;
use proxy_wasm::types::MapType::HttpRequestHeaders;

const ASKED: &str = "x-corsac-trap";

pub(crate) fn trap_if_asked() {
    if matches!(get_map_value_bytes(HttpRequestHeaders, ASKED), Ok(Some(_))) {
        std::process::abort();
    }
}
