//! The table of dangers: the checks that `dangerously_allow` lifts, each by its name.
//!
//! To add one, add a row here, and ask for its field in [`Dangers`] where the check is made.

macro_rules! dangers {
    ($(
        #[doc = $meaning:literal]
        $Danger:ident => $field:ident, $name:literal, known by $word:literal;
    )+) => {
        /// A check that `dangerously_allow` lifts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Danger { $(#[doc = $meaning] $Danger,)+ }

        impl Danger {
            /// Every danger, in the table's order.
            pub const ALL: &'static [Danger] = &[$(Danger::$Danger,)+];

            /// The name by which the check is lifted: kebab-case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Danger::$Danger => $name,)+ }
            }

            /// One line that says what it allows.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Danger::$Danger => $meaning.trim_ascii(),)+ }
            }

            /// An unknown name that contains this word most likely means this danger.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Danger::$Danger => $word,)+ }
            }
        }

        /// The checks that are lifted.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub(crate) struct Dangers { $(pub(crate) $field: bool,)+ }

        impl Dangers {
            pub(crate) const NONE: Dangers = Dangers { $($field: false,)+ };

            pub(crate) fn lift(&mut self, danger: Danger) {
                match danger { $(Danger::$Danger => self.$field = true,)+ }
            }

            /// Whether a check is lifted.
            pub(crate) fn lifts(self, danger: Danger) -> bool {
                match danger { $(Danger::$Danger => self.$field,)+ }
            }
        }
    };
}

dangers! {
    /// Origins with plain http together with credentials; anyone on the network path can impersonate them.
    InsecureOrigins => insecure_origins, "insecure-origins", known by "insecure";
    /// Wildcards and regexes that match names which anyone can register, together with credentials.
    PublicSuffixes => public_suffixes, "public-suffixes", known by "suffix";
    /// The origin `null`, which sandboxed documents have.
    NullOrigin => null_origin, "null-origin", known by "null";
    /// Every extension of a browser, as in `moz-extension://*`, together with credentials.
    AnyExtension => any_extension, "any-extension", known by "extension";
}

impl Danger {
    /// The danger of this name.
    pub(crate) fn of(name: &str) -> Option<Danger> {
        Danger::ALL.iter().copied().find(|danger| danger.as_str() == name)
    }
}

impl Dangers {
    /// The names of the checks that are lifted.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Danger::ALL.iter().copied().filter(move |danger| self.lifts(*danger)).map(Danger::as_str)
    }
}

impl<'n> FromIterator<&'n str> for Dangers {
    /// Lifts the checks with these names. Unknown names lift nothing.
    fn from_iter<I: IntoIterator<Item = &'n str>>(names: I) -> Self {
        let mut dangers = Dangers::default();
        names.into_iter().filter_map(Danger::of).for_each(|danger| dangers.lift(danger));
        dangers
    }
}
