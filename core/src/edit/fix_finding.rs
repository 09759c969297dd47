//! The edit of a policy that fixes a finding.

use crate::browser::Exchange;
use crate::builder::PolicyBuilder;
use crate::edit::text_edit::TextEdit;
use crate::edit::toml_place::TomlPlaces;
use crate::explain::{Finding, PolicyChange};

/// The edit of a policy's text, in TOML, after which an explanation of the exchange no longer has the finding. None if the
/// finding is not about the policy, or if no edit was found that does this.
///
/// ```
/// use corsac::{Policy, browser::Exchange, edit::fix_finding};
///
/// let text = "allow_origins = ['https://app.example.com:8443']\n";
/// let exchange = Exchange::new("https://app.example.com", "https://api.example.com/items/7");
/// let explanation = Policy::from_toml(text)?.explain(&exchange);
/// let edit = fix_finding(text, &exchange, &explanation.findings[0]).unwrap();
/// let edited = edit.apply(text).unwrap();
/// assert_eq!(edited, "allow_origins = ['https://app.example.com:8443', \"https://app.example.com\"]\n");
/// # Ok::<(), corsac::ConfigError>(())
/// ```
#[must_use]
pub fn fix_finding(text: &str, exchange: &Exchange, finding: &Finding) -> Option<TextEdit> {
    let (place, change) = (finding.policy.as_ref()?, finding.change.as_ref()?);
    let places = TomlPlaces::of(text)?;
    let edit = match change {
        PolicyChange::Add(entries) => places.add_entries(&place.field, entries)?,
        PolicyChange::Set(value) => places.set(&place.field, value)?,
    };
    let policy = PolicyBuilder::new().toml(edit.apply(text)?.as_bytes()).ok()?;
    let is_same = |other: &Finding| {
        let field = |finding: &Finding| finding.policy.as_ref().map(|place| place.field.clone());
        other.code == finding.code && field(other) == field(finding)
    };
    (!policy.explain(exchange).findings.iter().any(is_same)).then_some(edit)
}
