//! The values that a predicate may return.

use std::fmt::Display;

/// What a [`Predicate`](crate::Predicate) returns: `true` or `false`, or a `Result` of them. Only `true` allows an origin.
pub trait PredicateResult: sealed::Sealed {
    /// The answer, or the reason why there is none.
    #[doc(hidden)]
    fn into_result(self) -> Result<bool, String>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for bool {}
    impl<E: std::fmt::Display> Sealed for Result<bool, E> {}
}

impl PredicateResult for bool {
    fn into_result(self) -> Result<bool, String> {
        Ok(self)
    }
}

impl<E: Display> PredicateResult for Result<bool, E> {
    fn into_result(self) -> Result<bool, String> {
        self.map_err(|error| error.to_string())
    }
}
