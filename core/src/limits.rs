//! Every limit that the specification names, in one place. Input beyond a limit is refused, and never truncated, unless
//! the comment of the limit says what happens instead.

/// The longest origin that is read, in bytes.
pub const ORIGIN_BYTES: usize = 512;

/// The longest scheme of an origin, in bytes.
pub const SCHEME_BYTES: usize = 64;

/// The longest host of an origin, in bytes, without a trailing dot (RFC 1035, section 2.3.4).
pub const HOST_BYTES: usize = 253;

/// The longest label of a host, in bytes (RFC 1035, section 2.3.4).
pub const LABEL_BYTES: usize = 63;

/// The longest method, in bytes.
pub const METHOD_BYTES: usize = 128;

/// The longest header name, in bytes.
pub const HEADER_NAME_BYTES: usize = 256;

/// The longest `Access-Control-Request-Headers`, in bytes.
pub const REQUESTED_HEADERS_BYTES: usize = 8192;

/// The most names in `Access-Control-Request-Headers`.
pub const REQUESTED_HEADERS: usize = 128;

/// The longest value that is joined from several lines of a request header, in bytes.
///
/// A longer value is malformed, whatever follows.
pub const JOINED_HEADER_BYTES: usize = 8192;

/// The longest path that is read, in bytes.
pub const PATH_BYTES: usize = 8192;

/// The most bytes that all readings of one path may have in total.
pub const READINGS_BYTES: usize = 4 * PATH_BYTES;

/// The longest path of a route, in bytes.
pub const ROUTE_PATH_BYTES: usize = 1024;

/// The most segments in the path of a route.
pub const ROUTE_SEGMENTS: usize = 32;

/// The most label globs in one list: they are compared one by one.
pub const LABEL_GLOBS: usize = 1000;

/// The longest source of a regex, in bytes.
pub const REGEX_BYTES: usize = 4096;

/// The largest size of one compiled regex, in bytes. Together with the number of regexes, it limits the cost of a
/// look-up.
pub const COMPILED_REGEX_BYTES: usize = 256 << 10;

/// The most regexes of a policy, or of one of its routes.
pub const REGEXES: usize = 256;

/// The deepest nesting of groups in a regex.
pub const REGEX_NESTING: u32 = 64;

/// The longest time for which Chromium keeps the response to a preflight, in seconds. A policy may have a longer one.
pub const CHROMIUM_MAX_AGE: u32 = 7200;

/// The longest time for which WebKit keeps the response to a preflight, in seconds. A policy may have a longer one.
pub const WEBKIT_MAX_AGE: u32 = 600;

/// The most pairs of an entry and a pattern that are compared to find redundant entries.
///
/// A list with more pairs is not searched for them.
pub const REDUNDANCY_COMPARISONS: usize = 1_000_000;

/// The largest policy file, in MiB.
pub const POLICY_FILE_MIB: u64 = 64;

/// The most issues that are listed. Further ones are only counted.
pub const ISSUES: usize = 1000;

/// The most characters of a value that an issue or a log line quotes. The rest is left out.
pub const QUOTED_CHARACTERS: usize = 200;

/// The most answers in a cache of predicate answers.
pub const CACHED_ANSWERS: usize = 10_000_000;

/// The longest time for which a predicate answer is kept, in seconds.
pub const CACHED_SECONDS: u64 = 86_400;

/// The shortest time between two checks of a policy file, in milliseconds. Core uses it instead of a shorter one.
pub const WATCH_INTERVAL_MS: u64 = 10;

/// The most blocks of debugging output that are printed about one policy while its service is developed. Further ones
/// are left out.
pub const DEBUG_BLOCKS: usize = 1000;

/// The longest JSON text of an exchange, in MiB.
pub const EXCHANGE_MIB: usize = 10;

/// The most header lines of one message of an exchange.
pub const EXCHANGE_HEADERS: usize = 1000;

/// The most bytes that the names and values of one message's headers may have in total.
pub const EXCHANGE_HEADERS_BYTES: usize = 1 << 20;

/// The most responses of an exchange. Browsers follow 20 redirects.
pub const EXCHANGE_HOPS: usize = 1000;

/// The most exchanges that may come before an exchange: its `after`, the `after` of that one, and so on.
pub const EARLIER_EXCHANGES: usize = 8;

/// The longest URL of an exchange, in bytes.
pub const URL_BYTES: usize = 65_536;

/// The longest integrity metadata of an exchange, in bytes.
pub const INTEGRITY_BYTES: usize = 8192;

/// The largest text of a policy that is kept, in bytes. It is kept so that explanations can name lines and list
/// entries.
///
/// Explanations of a larger policy name only its settings.
pub const RETAINED_BYTES: usize = 1 << 20;
