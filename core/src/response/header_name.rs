//! The header names of the protocol, written down once.

use std::ffi::CStr;

macro_rules! names {
    ($($name:ident $text:literal,)+) => {
        /// The name of a response header that corsac sets or removes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum HeaderName { $(#[doc = concat!("`", $text, "`")] $name,)+ }

        impl HeaderName {
            /// Every header name. A decision has each at most once, except for a second line with
            /// [`Op::Add`](crate::Op::Add).
            pub const ALL: &'static [HeaderName] = &[$(HeaderName::$name,)+];

            /// The header with this name, in lower case. `None` if corsac neither sets nor removes it.
            #[must_use]
            pub fn of(name: &[u8]) -> Option<Self> {
                HeaderName::ALL.iter().copied().find(|known| known.as_str().as_bytes() == name)
            }

            /// The name in lower case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(HeaderName::$name => $text,)+ }
            }

            /// The name as the `http` crate has it.
            #[cfg(feature = "http")]
            #[must_use]
            pub fn http_name(self) -> &'static http::HeaderName {
                // There is one static for each name, so that no look-up parses a name.
                match self {
                    $(HeaderName::$name => {
                        static NAME: http::HeaderName = http::HeaderName::from_static($text);
                        &NAME
                    })+
                }
            }

            /// The name in lower case, NUL-terminated.
            #[must_use]
            pub const fn as_c_str(self) -> &'static CStr {
                match self {
                    $(HeaderName::$name => const {
                        match CStr::from_bytes_with_nul(concat!($text, "\0").as_bytes()) { Ok(text) => text, Err(_) => c"" }
                    },)+
                }
            }
        }
    };
}

names! {
    AllowOrigin "access-control-allow-origin",
    AllowCredentials "access-control-allow-credentials",
    AllowMethods "access-control-allow-methods",
    AllowHeaders "access-control-allow-headers",
    MaxAge "access-control-max-age",
    AllowPrivateNetwork "access-control-allow-private-network",
    ExposeHeaders "access-control-expose-headers",
    ContentType "content-type",
    ContentLength "content-length",
    CacheControl "cache-control",
    Vary "vary",
}

/// The headers that corsac owns on every response. Values that others set are removed. So no response has two values, a
/// refusal cannot be undone, and an actual response has no header that only preflights need.
pub(crate) const OWNED_HEADERS: [HeaderName; 7] = [
    HeaderName::AllowOrigin,
    HeaderName::AllowCredentials,
    HeaderName::ExposeHeaders,
    HeaderName::AllowMethods,
    HeaderName::AllowHeaders,
    HeaderName::MaxAge,
    HeaderName::AllowPrivateNetwork,
];
