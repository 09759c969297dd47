//! The buffer into which JavaScript writes the strings of a call, one after the other.

/// The part of the buffer that has not been read yet.
pub(crate) struct Input<'a>(&'a mut [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Input(buffer)
    }

    /// Takes the next string. A negative length means that there is none. JavaScript never passes a
    /// length beyond the buffer. If it did, the string would be empty.
    #[inline]
    pub(crate) fn take_mut(&mut self, length: i32) -> Option<&'a mut [u8]> {
        let length = usize::try_from(length).ok()?;
        let (string, rest) = std::mem::take(&mut self.0).split_at_mut_checked(length).unwrap_or_default();
        self.0 = rest;
        Some(string)
    }

    #[inline]
    pub(crate) fn take(&mut self, length: i32) -> Option<&'a [u8]> {
        self.take_mut(length).map(|string| &*string)
    }
}
