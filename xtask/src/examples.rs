//! The examples of `core/src/issues/examples.toml`: a policy for each code, a request for each refusal, and their fixes.

use corsac::binding::RequestHeader;
use corsac::{Code, Evaluation, Issue, LoadError, Policy, PolicyBuilder, PredicateAnswer, Reason, Request};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// The file's contents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Examples {
    codes: BTreeMap<String, CodeExample>,
    reasons: BTreeMap<String, ReasonExample>,
}

/// The language of a policy.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Toml,
    Json,
}

impl Format {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Format::Toml => "toml",
            Format::Json => "json",
        }
    }
}

/// A policy with a problem, and the same policy without it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeExample {
    /// Why the code matters.
    pub(crate) why: String,
    #[serde(default)]
    pub(crate) format: Format,
    /// The policy; none if `example_file` is the problem.
    #[serde(default)]
    example: String,
    /// Many entries, which replace `{entries}`.
    repeat: Option<Repeat>,
    /// Whether the policy is read from a file.
    #[serde(default)]
    in_file: bool,
    /// The path of a file that is the problem.
    pub(crate) example_file: Option<String>,
    /// Other codes that the example cannot avoid.
    #[serde(default)]
    with: Vec<String>,
    fix: String,
}

/// A number of entries, each with its own number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    count: usize,
    entry: String,
}

/// A request that a policy refuses, and what to change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonExample {
    /// Why the reason matters.
    pub(crate) why: String,
    policy: String,
    request: String,
    predicate: Option<Predicate>,
    fixed_policy: Option<String>,
    fixed_request: Option<String>,
    fixed_predicate: Option<Predicate>,
}

/// The answer of the application's function.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Predicate {
    Allow,
    Deny,
    Fail,
}

impl Examples {
    /// Reads the file. Each code and each refusal has an entry, and there are no others.
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(root.join("core/src/issues/examples.toml"))?;
        let examples: Examples = toml::from_str(&text)?;
        let refusals: Vec<_> =
            Reason::ALL.iter().filter(|reason| reason.is_refusal()).map(|reason| reason.as_str()).collect();
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        complete(&examples.codes, &codes)?;
        complete(&examples.reasons, &refusals)?;
        Ok(examples)
    }

    pub(crate) fn code(&self, code: Code) -> Result<&CodeExample, Box<dyn Error>> {
        self.codes.get(code.as_str()).ok_or_else(|| format!("no example of `{}`", code.as_str()).into())
    }

    pub(crate) fn reason(&self, reason: Reason) -> Result<&ReasonExample, Box<dyn Error>> {
        self.reasons.get(reason.as_str()).ok_or_else(|| format!("no example of `{}`", reason.as_str()).into())
    }
}

fn complete<T>(entries: &BTreeMap<String, T>, names: &[&str]) -> Result<(), Box<dyn Error>> {
    if let Some(missing) = names.iter().find(|name| !entries.contains_key(**name)) {
        return Err(format!("`{missing}` has no example in core/src/issues/examples.toml").into());
    }
    match entries.keys().find(|name| !names.contains(&name.as_str())) {
        Some(unknown) => Err(format!("core/src/issues/examples.toml has `{unknown}`, which does not exist").into()),
        None => Ok(()),
    }
}

impl CodeExample {
    /// The policy as it is shown. Of many entries, only the first two and the last are shown.
    pub(crate) fn shown(&self) -> String {
        let Some(Repeat { count, entry }) = &self.repeat else { return self.example.trim_start().to_owned() };
        let number = |number: usize| entry.replace("{number}", &number.to_string());
        let entries = format!("{}, {}, …, {}", number(1), number(2), number(*count));
        self.example.trim_start().replace("{entries}", &entries)
    }

    pub(crate) fn fix(&self) -> &str {
        self.fix.trim_start()
    }

    fn text(&self) -> String {
        let Some(Repeat { count, entry }) = &self.repeat else { return self.example.clone() };
        let entry = |number: usize| entry.replace("{number}", &number.to_string());
        if self.in_file {
            // A list with this many entries is refused before they are compared, so they may all be the same.
            return self.example.replace("{entries}", &format!("{}, ", entry(*count)).repeat(*count));
        }
        let entries: Vec<_> = (1..=*count).map(entry).collect();
        self.example.replace("{entries}", &entries.join(", "))
    }

    /// Runs the example, and returns its issues with this code. It must have some, and no others except those in `with`.
    /// Then runs the fix, which must have none.
    pub(crate) fn run(&self, code: Code) -> Result<Vec<Issue>, Box<dyn Error>> {
        let issues = match &self.example_file {
            Some(path) => issues_of(Policy::from_file(path))?,
            None if self.in_file => issues_of_file(&self.text(), self.format)?,
            None => issues_of(self.build(&self.text()))?,
        };
        let (own, others): (Vec<_>, Vec<_>) = issues.into_iter().partition(|issue| issue.code == code);
        let expected = |issue: &Issue| self.with.iter().any(|other| other == issue.code.as_str());
        match others.iter().find(|issue| !expected(issue)) {
            Some(other) => return Err(format!("the example of `{}` has another issue: {other}", code.as_str()).into()),
            None if own.is_empty() => return Err(format!("the example of `{0}` is not `{0}`", code.as_str()).into()),
            None => {}
        }
        match issues_of(self.build(self.fix()))?.first() {
            Some(issue) => Err(format!("the fix of `{}` has an issue: {issue}", code.as_str()).into()),
            None => Ok(own),
        }
    }

    fn build(&self, text: &str) -> Result<Policy, LoadError> {
        Ok(match self.format {
            Format::Toml => Policy::from_toml(text),
            Format::Json => Policy::from_json(text),
        }?)
    }
}

/// The errors of a policy, or its lints.
fn issues_of(built: Result<Policy, LoadError>) -> Result<Vec<Issue>, Box<dyn Error>> {
    match built {
        Ok(policy) => Ok(policy.lints().to_vec()),
        Err(LoadError::Config(error)) => Ok(error.issues().to_vec()),
        Err(error) => Err(error.into()),
    }
}

/// The issues of a policy's text when it is read from a file. In their messages, the file is called `cors.toml` or
/// `cors.json`.
fn issues_of_file(text: &str, format: Format) -> Result<Vec<Issue>, Box<dyn Error>> {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("corsac-example-{}-{number}.{}", std::process::id(), format.as_str());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text)?;
    let built = Policy::from_file(&path);
    std::fs::remove_file(&path)?;
    let mut issues = issues_of(built)?;
    for issue in &mut issues {
        issue.message = issue.message.replace(&path.display().to_string(), &format!("cors.{}", format.as_str()));
    }
    Ok(issues)
}

impl ReasonExample {
    pub(crate) fn policy(&self) -> &str {
        self.policy.trim_start()
    }

    pub(crate) fn request(&self) -> &str {
        self.request.trim_start()
    }

    pub(crate) fn predicate(&self) -> Option<Predicate> {
        self.predicate
    }

    /// The parts of the fix that differ: its policy, its request, its predicate.
    pub(crate) fn fix(&self) -> (Option<&str>, Option<&str>, Option<Predicate>) {
        (
            self.fixed_policy.as_deref().map(str::trim_start),
            self.fixed_request.as_deref().map(str::trim_start),
            self.fixed_predicate,
        )
    }

    /// Runs the example, and then the fix, whose reason is returned.
    pub(crate) fn run(&self, reason: Reason) -> Result<Reason, Box<dyn Error>> {
        let found = decide(self.policy(), self.request(), self.predicate)?;
        if found != reason {
            return Err(format!("the example of `{}` is `{}`", reason.as_str(), found.as_str()).into());
        }
        let (policy, request, predicate) = self.fix();
        let fixed =
            decide(policy.unwrap_or(&self.policy), request.unwrap_or(self.request()), predicate.or(self.predicate))?;
        if fixed.is_refusal() {
            return Err(format!("the fix of `{}` is `{}`", reason.as_str(), fixed.as_str()).into());
        }
        Ok(fixed)
    }
}

/// The reason for a policy's decision on a request. `request` is written as in HTTP/1.1: a request line, and headers.
fn decide(policy: &str, request: &str, predicate: Option<Predicate>) -> Result<Reason, Box<dyn Error>> {
    let policy = PolicyBuilder::new().predicate(predicate.is_some()).toml(policy.as_bytes())?;
    if let Some(lint) = policy.lints().first() {
        return Err(format!("{lint}").into());
    }
    let (line, headers) = request.split_once('\n').ok_or("a request without headers")?;
    let [method, target, _] = line.split(' ').collect::<Vec<_>>()[..] else { return Err("no request line".into()) };
    let mut asked = Request::new(method.as_bytes()).path(target.as_bytes());
    for header in headers.lines() {
        let (name, value) = header.split_once(": ").ok_or("a header without a value")?;
        let known = RequestHeader::of(name.as_bytes());
        if let Some(known) = known {
            asked.set(known, value.as_bytes());
        }
    }
    let decision = match policy.evaluate(&asked) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(pending) => pending.resolve(match predicate {
            Some(Predicate::Allow) => PredicateAnswer::Allow,
            Some(Predicate::Deny) => PredicateAnswer::Deny,
            Some(Predicate::Fail) | None => PredicateAnswer::Failed,
        }),
    };
    Ok(decision.reason())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn examples() -> Examples {
        Examples::read(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()).unwrap()
    }

    #[test]
    fn each_example_has_its_code_and_each_fix_has_none() {
        let examples = examples();
        let wrong: Vec<_> = Code::ALL
            .iter()
            .filter_map(|code| examples.code(*code).unwrap().run(*code).err())
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn each_request_is_refused_and_each_fix_is_not() {
        let examples = examples();
        let refusals = Reason::ALL.iter().filter(|reason| reason.is_refusal());
        let wrong: Vec<_> = refusals
            .filter_map(|reason| examples.reason(*reason).unwrap().run(*reason).err())
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_code_without_an_example_is_an_error() {
        let mut examples = examples();
        examples.codes.remove("origin-list");
        let names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(complete(&examples.codes, &names).unwrap_err().to_string().contains("origin-list"));
        assert!(complete(&examples.reasons, &["origin-malformed"]).is_err());
    }
}
