//! Lists in the sentences of messages.

/// Joins items as a sentence lists them: with commas, and with the conjunction only before the last one.
pub fn list(items: &[String], conjunction: &str) -> String {
    match items.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} {conjunction} {last}", others.join(", ")),
        _ => items.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn the_conjunction_is_only_before_the_last_item() {
        let listed = |items: &[&str]| list(&items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>(), "and");
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
