//! Checked settings → rules → templates. All issues have been found before this.

use crate::compile::checker::{CheckedDocument, CheckedSettings, check};
use crate::config::settings::{Document, Settings};
use crate::decide::policy::{Policy, RoutedRules, Rules};
use crate::decide::protection::{Mode, Protection};
use crate::issues::issue::{ConfigError, Issues};
use crate::origins::set::OriginSetBuilder;
use crate::response::outcome::ProtectionOutcomes;
use crate::response::render::{ResponseSettings, TemplatesBuilder};
use std::sync::Arc;

/// Compiles a document, unless anything is wrong with it.
pub(crate) fn compile(document: &Document, mut issues: Issues) -> Result<Policy, ConfigError> {
    let checked = check(document, &mut issues);
    let lints = issues.finish()?;
    let mut templates = TemplatesBuilder::default();
    let rules = rules_of(&checked.top, &mut templates);
    let routes = (!checked.routes.is_empty()).then(|| routed_rules(checked, &rules, &mut templates));
    Ok(Policy {
        rules,
        routes,
        templates: templates.build(),
        lints,
        #[cfg(feature = "explain")]
        retained: None,
    })
}

fn rules_of(checked: &CheckedSettings<'_>, templates: &mut TemplatesBuilder) -> Rules {
    let settings = checked.settings;
    Rules {
        origins: Arc::clone(&checked.origins),
        secure_only: settings.allow_credentials && !settings.dangerously_allow.everywhere.insecure_origins,
        insecure_origins: checked.insecure_origins.clone(),
        credentials: settings.allow_credentials,
        predicate: settings.predicate,
        methods: checked.methods.clone(),
        headers: checked.headers.clone(),
        echo_headers: checked.headers_value.is_none(),
        private_network: settings.allow_private_network.is_some(),
        protection: checked.protection.clone(),
        outcomes: templates.add(response_settings(checked)),
    }
}

fn response_settings(checked: &CheckedSettings<'_>) -> ResponseSettings {
    let settings = checked.settings;
    ResponseSettings {
        any: checked.origins.is_any(),
        nobody: checked.origins.is_nobody(),
        credentials: settings.allow_credentials,
        expose: checked.exposed_value.clone(),
        methods: Arc::clone(&checked.methods_value),
        echo_method: checked.methods.echoes(),
        headers: checked.headers_value.clone(),
        max_age: settings.max_age,
        status: settings.preflight_status,
        preflight_continue: settings.preflight_continue,
        private_network: settings.allow_private_network.is_some(),
        keep_app_headers: settings.keep_app_headers,
        protection: outcomes_of(checked.protection.as_deref()),
    }
}

fn outcomes_of(protection: Option<&Protection>) -> ProtectionOutcomes {
    let modes = protection.map_or([Mode::Off; 2], |protection| [protection.writes, protection.websockets]);
    ProtectionOutcomes { refuses: modes.contains(&Mode::Refuse), reports: modes.contains(&Mode::Report) }
}

fn routed_rules(checked: CheckedDocument<'_>, top: &Rules, templates: &mut TemplatesBuilder) -> RoutedRules {
    let rules: Box<[Rules]> = checked.routes.iter().map(|route| rules_of(route, templates)).collect();
    let ambiguous = ambiguous_rules(&checked, top, &rules, templates);
    RoutedRules { paths: checked.paths, rules, ambiguous }
}

/// The rules for paths that servers read differently: no origin may read, no origin is trusted, and what any route
/// refuses is refused (specification 7.4).
fn ambiguous_rules(
    checked: &CheckedDocument<'_>,
    top: &Rules,
    routes: &[Rules],
    templates: &mut TemplatesBuilder,
) -> Rules {
    let protections = || std::iter::once(top).chain(routes).filter_map(|rules| rules.protection.as_deref());
    let strictest = |mode: fn(&Protection) -> Mode| protections().map(mode).max().unwrap_or(Mode::Off);
    let protection = protections().next().map(|_| {
        Arc::new(Protection {
            writes: strictest(|protection| protection.writes),
            websockets: strictest(|protection| protection.websockets),
            trusted: OriginSetBuilder::default().build(),
        })
    });
    let settings = || std::iter::once(&checked.top).chain(&checked.routes).map(|checked| checked.settings);
    let responses = ResponseSettings {
        keep_app_headers: settings().all(|settings: &Settings| settings.keep_app_headers),
        protection: outcomes_of(protection.as_deref()),
        ..response_settings(&checked.top)
    };
    Rules { protection, outcomes: templates.add(responses), credentials: false, ..top.clone() }
}
