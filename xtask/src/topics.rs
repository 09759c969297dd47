//! The texts of `core/src/explain/topics.toml`: the causes of each kind of failure, and the setting that is changed.

use corsac::Policy;
use corsac::browser::Exchange;
use corsac::explain::{Topic, read_console};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// The file's contents, by the anchors of the topics.
pub(crate) struct Topics(BTreeMap<String, TopicText>);

/// A section of the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicText {
    pub(crate) title: String,
    /// What the failure means, in a few sentences.
    pub(crate) means: String,
    /// The command that tells the causes apart; JavaScript if it is to be typed into the page's console.
    pub(crate) tell: String,
    /// What the command shows.
    pub(crate) shows: String,
    /// The three most frequent causes, the most frequent first.
    pub(crate) causes: Vec<Cause>,
    pub(crate) setting: Option<Setting>,
    /// Sentences that the list at the top of the page has, in addition to the first of each engine.
    #[serde(default)]
    pub(crate) frequent: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cause {
    pub(crate) what: String,
    pub(crate) tell: String,
    pub(crate) fix: String,
}

/// A policy with which the request works, and the line without which it fails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    pub(crate) text: String,
    pub(crate) policy: String,
    line: String,
    instead_of: String,
    method: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    credentials: bool,
    #[serde(default)]
    response_headers: BTreeMap<String, String>,
    /// Findings to look for instead of a sentence of the topic. Without the line, the request has one of them.
    #[serde(default)]
    codes: Vec<String>,
}

impl TopicText {
    pub(crate) fn is_for_console(&self) -> bool {
        self.tell.contains("console.log(")
    }
}

impl Topics {
    /// Reads the file. Every text is for a topic and has three causes, and each setting does what it says.
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let texts: BTreeMap<String, TopicText> =
            toml::from_str(&std::fs::read_to_string(root.join("core/src/explain/topics.toml"))?)?;
        for (name, text) in &texts {
            let topic = Topic::ALL.iter().find(|topic| topic.anchor() == name);
            let topic =
                topic.ok_or_else(|| format!("core/src/explain/topics.toml has `{name}`, which does not exist"))?;
            if text.causes.len() != 3 {
                return Err(format!("{name} does not have three causes").into());
            }
            if let Some(setting) = &text.setting {
                setting.run(*topic).map_err(|error| format!("the setting of {name}: {error}"))?;
            }
        }
        Ok(Topics(texts))
    }

    pub(crate) fn text(&self, topic: Topic) -> Result<&TopicText, Box<dyn Error>> {
        let anchor = topic.anchor();
        self.0.get(anchor).ok_or_else(|| format!("core/src/explain/topics.toml has no `{anchor}`").into())
    }
}

impl Setting {
    fn run(&self, topic: Topic) -> Result<(), Box<dyn Error>> {
        let policy = Policy::from_toml(&self.policy)?;
        if let Some(lint) = policy.lints().first() {
            return Err(lint.to_string().into());
        }
        let before = self.policy.replace(self.line.trim(), self.instead_of.trim());
        if before == self.policy {
            return Err("the policy does not have the line".into());
        }
        let exchange = self.exchange()?;
        let explanation = policy.explain(&exchange);
        if !explanation.verdict.is_success() {
            return Err(format!("the page cannot read the response:\n{explanation}").into());
        }
        let explanation = Policy::from_toml(&before)?.explain(&exchange);
        let is_wanted = |code: &str| self.codes.iter().any(|wanted| wanted == code);
        let mut printed = explanation.engines.iter().flat_map(|engine| read_console(&engine.console.join("\n")));
        let found = match self.codes.is_empty() {
            true => printed.any(|sentence| sentence.topic == topic),
            false => explanation.findings.iter().any(|finding| is_wanted(finding.code.as_str())),
        };
        if explanation.verdict.is_success() || !found {
            return Err(format!("without the line, something else happens:\n{explanation}").into());
        }
        Ok(())
    }

    fn exchange(&self) -> Result<Exchange, Box<dyn Error>> {
        let pairs = |headers: &BTreeMap<String, String>| -> Vec<[String; 2]> {
            headers.iter().map(|(name, value)| [name.clone(), value.clone()]).collect()
        };
        let json = serde_json::json!({
            "page": "https://app.example.com",
            "request": {
                "url": "https://api.example.com/items/7",
                "method": self.method.as_deref().unwrap_or("GET"),
                "headers": pairs(&self.headers),
                "credentials": if self.credentials { "include" } else { "same-origin" },
            },
            "response": { "status": 200, "headers": pairs(&self.response_headers) },
        });
        Ok(Exchange::from_json(json.to_string().as_bytes())?)
    }
}
