//! JUnit's XML, which CI servers read. There is no standard for it; all CI servers understand this form.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// One test.
pub(crate) struct JunitCase<'c> {
    pub(crate) name: &'c str,
    pub(crate) problem: Option<JunitProblem>,
}

/// Why a test did not pass.
pub(crate) struct JunitProblem {
    /// Whether the test could not be run, as opposed to having failed.
    pub(crate) is_error: bool,
    pub(crate) sentence: String,
    /// The full reason.
    pub(crate) details: String,
}

/// Writes one suite of tests.
pub(crate) fn suite(name: &str, cases: &[JunitCase<'_>]) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let count = |is_error| {
        let problems = cases.iter().filter_map(|case| case.problem.as_ref());
        problems.filter(|problem| problem.is_error == is_error).count().to_string()
    };
    let (failures, errors) = (count(false), count(true));
    let tests = cases.len().to_string();
    let counts =
        [("tests", tests.as_str()), ("failures", failures.as_str()), ("errors", errors.as_str()), ("skipped", "0")];
    let name = legal(name);
    writer
        .create_element("testsuites")
        .with_attribute(("name", "corsac test"))
        .with_attributes(counts)
        .write_inner_content(|writer| {
            writer
                .create_element("testsuite")
                .with_attribute(("name", name.as_str()))
                .with_attributes(counts)
                .write_inner_content(|writer| cases.iter().try_for_each(|case| write(case, &name, writer)))?;
            Ok(())
        })?;
    let mut text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

fn write(case: &JunitCase<'_>, suite: &str, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let name = legal(case.name);
    let element = writer.create_element("testcase").with_attributes([("name", name.as_str()), ("classname", suite)]);
    match &case.problem {
        None => element.write_empty()?,
        Some(problem) => element.write_inner_content(|writer| {
            let name = if problem.is_error { "error" } else { "failure" };
            let element = writer.create_element(name).with_attribute(("message", legal(&problem.sentence).as_str()));
            element.write_text_content(BytesText::new(&legal(&problem.details)))?;
            Ok(())
        })?,
    };
    Ok(())
}

/// The text without the characters that XML 1.0 cannot have.
fn legal(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
        .collect()
}
