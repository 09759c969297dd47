//! Assertions that are noted when they fail, and do not end the test.

/// Prints an assertion that failed; `tests/peers/tower_http.py` reads it.
pub(crate) fn note(line: u32, what: &str, holds: bool) {
    if !holds {
        println!("NOTED\t{}\t{line}\t{}", std::thread::current().name().unwrap_or_default(), what.replace('\n', " "));
    }
}

macro_rules! assert {
    ($condition:expr $(, $($message:tt)*)?) => { crate::noted::note(line!(), stringify!($condition), $condition) };
}

macro_rules! assert_eq {
    ($left:expr, $right:expr $(,)?) => {
        crate::noted::note(line!(), concat!(stringify!($left), " == ", stringify!($right)), $left == $right)
    };
}
