//! Regular expression objects that a host's language reads differently from core. They are refused, and never misread.

use crate::issues::messages::regex_syntax::NotPortable;
use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassSet, ClassSetItem, Flag, FlagsItemKind, GroupKind, LiteralKind,
};

/// Syntax in a regex that JavaScript, and usually Python too, does not know or reads in another way.
pub(crate) fn read_differently(ast: &Ast) -> Option<NotPortable> {
    ast::visit(ast, Finder { found: None }).ok().flatten()
}

struct Finder {
    found: Option<NotPortable>,
}

impl Finder {
    fn note(&mut self, is: bool, what: NotPortable) {
        if is {
            self.found.get_or_insert(what);
        }
    }

    fn flags(&mut self, flags: &ast::Flags) {
        let fine = |item: &ast::FlagsItem| {
            matches!(
                item.kind,
                FlagsItemKind::Negation | FlagsItemKind::Flag(Flag::CaseInsensitive | Flag::DotMatchesNewLine)
            )
        };
        self.note(!flags.items.iter().all(fine), NotPortable::Flag);
    }

    fn literal(&mut self, literal: &ast::Literal) {
        let alike = match &literal.kind {
            LiteralKind::HexBrace(_) => false,
            LiteralKind::Special(kind) => *kind != ast::SpecialLiteralKind::Bell,
            LiteralKind::HexFixed(kind) => *kind != ast::HexLiteralKind::UnicodeLong,
            _ => true,
        };
        self.note(!alike, NotPortable::Escape);
    }
}

impl ast::Visitor for Finder {
    type Output = Option<NotPortable>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.found)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Literal(literal) => self.literal(literal),
            Ast::Flags(_) => self.note(true, NotPortable::FlagsWithoutGroup),
            Ast::ClassUnicode(_) => self.note(true, NotPortable::UnicodeClass),
            Ast::Assertion(assertion) => {
                let alike = matches!(
                    assertion.kind,
                    AssertionKind::StartLine
                        | AssertionKind::EndLine
                        | AssertionKind::WordBoundary
                        | AssertionKind::NotWordBoundary
                );
                self.note(!alike, NotPortable::Assertion);
            }
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) => self.flags(flags),
                GroupKind::CaptureName { .. } | GroupKind::CaptureIndex(_) => {}
            },
            Ast::ClassBracketed(class) => {
                self.note(matches!(class.kind, ClassSet::BinaryOp(_)), NotPortable::ClassOperation);
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ()> {
        match item {
            ClassSetItem::Literal(literal) => self.literal(literal),
            ClassSetItem::Range(range) => {
                self.literal(&range.start);
                self.literal(&range.end);
            }
            ClassSetItem::Ascii(_) => self.note(true, NotPortable::PosixClass),
            ClassSetItem::Unicode(_) => self.note(true, NotPortable::UnicodeClass),
            ClassSetItem::Bracketed(_) => self.note(true, NotPortable::ClassInClass),
            ClassSetItem::Empty(_) | ClassSetItem::Perl(_) | ClassSetItem::Union(_) => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), ()> {
        self.note(true, NotPortable::ClassOperation);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::origins::regex::check_regexp;

    #[test]
    fn syntax_that_is_read_differently() {
        for source in [
            r"^https://[^a-z&&b]+\.example$",
            r"^https://[a-c[d-f]]\.example$",
            r"^https://[[:alpha:]]+\.example$",
            r"^https://app\.example\z$",
            r"^https://\x{61}\.example$",
            r"^https://(?x:a b)\.example$",
            r"(?s)^https://a\.example$",
            r"^https://\pL\.example$",
        ] {
            assert!(check_regexp(source).is_err(), "{source}");
        }
        for source in [
            r"^https:\/\/([a-z0-9-]+\.)*example\.com(:\d+)?$",
            r"^https://(?:a|b)\.example$",
            r"^https://(?<name>\w+)\.example$",
            r"^https://[\w.-]+\.example$",
            r"^https://\x61\u0062\.example\b$",
        ] {
            assert!(check_regexp(source).is_ok(), "{source}");
        }
    }
}
