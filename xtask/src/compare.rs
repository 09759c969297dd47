//! The difference between two texts, short enough for a terminal.

/// How many lines of each text are shown.
const MOST_LINES: usize = 12;

/// The lines between the common beginning and the common end of both texts.
pub(crate) fn differences(found: &str, wanted: &str) -> String {
    let found: Vec<&str> = found.lines().collect();
    let wanted: Vec<&str> = wanted.lines().collect();
    let same_start = found.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let (found, wanted) = (found.get(same_start..).unwrap_or(&[]), wanted.get(same_start..).unwrap_or(&[]));
    let same_end = found.iter().rev().zip(wanted.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out = format!("@@ line {} @@\n", same_start + 1);
    for (sign, lines) in [('-', found), ('+', wanted)] {
        let lines = lines.get(..lines.len() - same_end).unwrap_or(lines);
        for line in lines.iter().take(MOST_LINES) {
            out.push_str(&format!("{sign}{line}\n"));
        }
        if lines.len() > MOST_LINES {
            out.push_str(&format!("{sign}… {} more lines\n", lines.len() - MOST_LINES));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn shows_what_differs() {
        assert_eq!(differences("a\nb\nc\n", "a\nx\ny\nc\n"), "@@ line 2 @@\n-b\n+x\n+y\n");
        assert_eq!(differences("", "a\n"), "@@ line 1 @@\n+a\n");
        assert_eq!(differences("a\na\n", "a\n"), "@@ line 2 @@\n-a\n");
    }
}
