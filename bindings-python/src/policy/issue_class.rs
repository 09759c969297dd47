//! `Issue` and `ConfigError`: what is wrong with a policy.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use pyo3::{create_exception, intern};

create_exception!(
    corsac,
    ConfigError,
    PyValueError,
    "A policy is refused. The message of this ``ValueError`` lists everything that is wrong and what to write instead.

Attributes:
    issues (tuple[Issue, ...]): every issue, in the order in which they were found."
);

/// One thing in a policy that is wrong (an error), or useless or risky (a lint). Issues are immutable, and equal if all
/// their members are.
///
/// Attributes:
///     code (str): the kind of the problem, as a stable kebab-case code such as ``origin-path``.
///     severity (Literal["error", "lint"]): an error refuses the policy, a lint does not.
///     field (str): the setting in snake_case with its index (``allow_origins[2]``); empty for the whole policy.
///     value (str): the value that is wrong, as text with control characters escaped, cut at 200 characters.
///     message (str): what is wrong.
///     help (str): what to write instead.
///     line (int | None): the line of the text or file that contains the value, from 1, if it is known.
#[pyclass(frozen, eq, hash, get_all, module = "corsac")]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Issue {
    /// The kind of the problem, as a stable kebab-case code.
    code: String,
    /// ``error`` or ``lint``.
    severity: String,
    /// The setting in snake_case with its index; empty for the whole policy.
    field: String,
    /// The value that is wrong, as text, escaped and shortened.
    value: String,
    /// What is wrong.
    message: String,
    /// What to write instead.
    help: String,
    /// The line of the text or file, from 1, if it is known.
    line: Option<u32>,
}

impl From<&corsac::Issue> for Issue {
    fn from(issue: &corsac::Issue) -> Self {
        Issue {
            code: issue.code.as_str().to_owned(),
            severity: issue.severity.as_str().to_owned(),
            field: issue.field.clone(),
            value: issue.value.clone(),
            message: issue.message.clone(),
            help: issue.help.clone(),
            line: issue.line,
        }
    }
}

impl Issue {
    fn members(&self) -> [(&'static str, &str); 6] {
        [
            ("code", &self.code),
            ("severity", &self.severity),
            ("field", &self.field),
            ("value", &self.value),
            ("message", &self.message),
            ("help", &self.help),
        ]
    }
}

#[pymethods]
impl Issue {
    #[new]
    #[pyo3(signature = (*, code, severity, field, value, message, help, line=None))]
    fn new(
        code: String,
        severity: String,
        field: String,
        value: String,
        message: String,
        help: String,
        line: Option<u32>,
    ) -> Self {
        Issue { code, severity, field, value, message, help, line }
    }

    /// Pickles by its members, so that a ConfigError can be sent to another process.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let members = PyDict::new(py);
        for (name, value) in self.members() {
            members.set_item(name, value)?;
        }
        members.set_item("line", self.line)?;
        Ok((PyTuple::empty(py), members))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut members = Vec::new();
        for (name, value) in self.members() {
            members.push(format!("{name}={}", PyString::new(py, value).repr()?));
        }
        members.push(format!("line={}", self.line.map_or_else(|| "None".to_owned(), |line| line.to_string())));
        Ok(format!("Issue({})", members.join(", ")))
    }

    fn __str__(&self) -> String {
        let location = match (self.field.as_str(), self.line) {
            ("", None) => String::new(),
            ("", Some(line)) => format!("line {line}: "),
            (field, None) => format!("{field}: "),
            (field, Some(line)) => format!("{field}, line {line}: "),
        };
        format!("{location}{} [{}]\n  help: {}", self.message, self.code, self.help)
    }
}

/// The issues as Python's objects.
pub(crate) fn issues<'py>(py: Python<'py>, issues: &[corsac::Issue]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, issues.iter().map(Issue::from))
}

/// The exception to raise for a refused policy.
pub(crate) fn config_error(py: Python<'_>, error: &corsac::ConfigError) -> PyErr {
    let raised = ConfigError::new_err(error.to_string());
    let attached =
        issues(py, error.issues()).and_then(|issues| raised.value(py).setattr(intern!(py, "issues"), issues));
    match attached {
        Ok(()) => raised,
        Err(other) => other,
    }
}

/// The class. Instances that a program makes itself have empty `issues`.
pub(crate) fn config_error_type(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    let class = py.get_type::<ConfigError>();
    class.setattr(intern!(py, "issues"), PyTuple::empty(py))?;
    Ok(class)
}
