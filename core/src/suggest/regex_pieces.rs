//! The pieces of a regex after its scheme: each with its text and its meaning.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    Literal(char),
    /// Any number of any characters: `.*`, `.+`.
    AnyRun,
    /// Any number of the characters of a class.
    Run,
    Other,
}

/// The text of pieces, without backslashes.
pub(crate) fn plain(pieces: &[(String, PieceKind)]) -> String {
    pieces.iter().map(|(text, _)| text.replace('\\', "")).collect()
}
