//! How the command speaks HTTP: it follows no redirects by itself, and uses a proxy only if one is named.

use crate::failure::Failure;
use crate::network::options::ClientArguments;
use std::time::Duration;
use ureq::config::ConfigBuilder;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::AgentScope;
use ureq::{Agent, Proxy};

/// The longest header section that is read, in bytes, as in Chromium.
pub(super) const HEADER_BYTES: usize = 256 * 1024;

/// The settings of the library's client.
pub(crate) fn settings(arguments: &ClientArguments) -> Result<ConfigBuilder<AgentScope>, Failure> {
    let proxy = arguments.proxy.as_deref().map(Proxy::new).transpose().map_err(|_| {
        Failure::input("--proxy: the value is not the URL of a proxy").help("write it as in `http://127.0.0.1:3128`")
    })?;
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy)
        .tls_config(tls)
        .timeout_global(Some(Duration::from_secs(arguments.timeout)))
        .max_response_header_size(HEADER_BYTES)
        .input_buffer_size(HEADER_BYTES * 2)
        .max_idle_connections(0)
        .allow_non_standard_methods(true)
        .user_agent(concat!("corsac/", env!("CARGO_PKG_VERSION")))
        .accept_encoding(""))
}
