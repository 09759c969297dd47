//! The specification's table of findings.

use crate::blocks::replaced;
use corsac::explain::FindingCode;
use std::error::Error;
use std::path::Path;

/// The file's text.
pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("docs/specification.md"))?;
    let row = |code: &FindingCode| {
        format!("| `{}` | {} | {} |\n", code.as_str(), code.severity().as_str(), code.meaning().replace('|', "\\|"))
    };
    let rows: String = FindingCode::ALL.iter().map(row).collect();
    replaced(&text, &[("findings", format!("| code | severity | what was found |\n|---|---|---|\n{rows}"))])
}
