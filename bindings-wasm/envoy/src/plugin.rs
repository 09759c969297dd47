//! The policy of one filter in Envoy's configuration.
//!
//! Envoy makes a plugin in each of its threads, and a new one whenever the configuration changes. Requests that began under an
//! earlier plugin keep its policy.

use crate::filter::Filter;
use crate::report::{Counters, is_first_to_report, log};
use corsac::binding::Needs;
use corsac::{Policy, PolicyBuilder};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};
use std::rc::Rc;
use std::time::Duration;

/// How often Envoy's counters are brought up to date.
const COUNTED: Duration = Duration::from_secs(1);

/// A policy in force, with the values that are computed once for all requests.
pub(crate) struct PolicyInForce {
    pub(crate) policy: Policy,
    pub(crate) needs: Needs,
    pub(crate) counters: Counters,
}

#[derive(Default)]
pub(crate) struct Plugin {
    in_force: Option<Rc<PolicyInForce>>,
}

impl Plugin {
    fn put_in_force(&mut self, policy: Policy, text: &[u8]) {
        if !policy.lints().is_empty() && is_first_to_report(text) {
            for lint in policy.lints() {
                log(LogLevel::Warn, &lint.to_string());
            }
        }
        self.set_tick_period(COUNTED);
        let needs = policy.needs();
        self.in_force = Some(Rc::new(PolicyInForce { policy, needs, counters: Counters::new() }));
    }
}

/// If the configuration is not a string, Envoy passes it on in its binary form. No policy in TOML or JSON has such
/// bytes.
fn is_binary(text: &[u8]) -> bool {
    text.iter().any(|byte| *byte < b' ' && !byte.is_ascii_whitespace())
}

impl Context for Plugin {}

impl RootContext for Plugin {
    /// Returning false makes Envoy refuse its configuration: it does not start, or continues with its current one.
    fn on_configure(&mut self, _size: usize) -> bool {
        let text = self.get_plugin_configuration().unwrap_or_default();
        match PolicyBuilder::new().text(&text) {
            Ok(policy) => {
                self.put_in_force(policy, &text);
                true
            }
            Err(error) => {
                // The level that Envoy itself uses for a refused configuration.
                log(LogLevel::Critical, &error.to_string());
                if is_binary(&text) {
                    log(
                        LogLevel::Critical,
                        "write `configuration` as a google.protobuf.StringValue that has the policy as its value",
                    );
                }
                false
            }
        }
    }

    fn on_tick(&mut self) {
        if let Some(in_force) = &self.in_force {
            in_force.counters.flush();
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        let in_force = self.in_force.as_ref()?;
        Some(Box::new(Filter::new(Rc::clone(in_force))))
    }
}
