//! The table of settings: every setting that a policy can have, with its type, its default and its meaning.
//!
//! Everything else that knows the settings follows from this table: the enums that the reader matches, the fields of
//! [`Config`](crate::Config) and of [`Settings`], the lists of names, and by `make generate` the schema, the types for
//! TypeScript and Python, and the tables in the documentation. To add a setting, add a row here: the compiler then
//! names the `match` in `read/` that has to read it. A setting takes effect where `compile/` uses its field.
//!
//! A row has the documentation, of which the first paragraph is the setting's meaning in one line; the variant; the name
//! with the type in Rust; the default; what the setting takes (see [`Takes`](crate::config::takes::Takes)); and what it is
//! read as. Each name has an alias in camelCase, which follows from it.

use crate::config::lifted::{Lifted, LiftedCheck};
use crate::config::list::{List, PredicateOf};
use crate::config::table_macros::{in_a_route, section, settings};
use std::sync::Arc;

settings! {
    /// The settings of a policy that a route may replace.
    Setting {
        /// The origins that may read responses: origin patterns, `["*"]` for any origin, or `[]` for none.
        ///
        /// Permitted: `https://app.example.com`, `https://*.example.com` (one or more labels),
        /// `https://preview-*.example.com` (within one label), `http://localhost:*` (any port), `capacitor://localhost`,
        /// `moz-extension://*` (any extension of Firefox), and with the danger `null-origin` also `null`.
        ///
        /// Prohibited: `app.example.com` (no scheme), `https://app.example.com/` (a slash at the end),
        /// `https://app.example.com:443` (the default port), `https://APP.example.com` (upper case), and `*` together
        /// with anything else or with credentials.
        AllowOrigins => allow_origins: Vec<String> = Vec::new(), takes Origins, read as Arc<List>;

        /// Regexes of origins that may read responses, each matched against the whole origin.
        ///
        /// Permitted: `https://[a-z0-9-]+\.example\.com`. Prohibited with credentials:
        /// `https://[a-z]+.example.com` (an unescaped dot) and `https://.*` (an open end of the host).
        AllowOriginRegex => allow_origin_regex: Vec<String> = Vec::new(), takes Regexes, read as Arc<List>;

        /// The methods that pages may use, or `["*"]` for any; GET, HEAD and POST are always allowed.
        ///
        /// Permitted: `PUT` and `DELETE`. Prohibited: `put` (methods are case-sensitive); `CONNECT`, `TRACE` and
        /// `TRACK` are dropped, since browsers never send them.
        AllowMethods => allow_methods: Vec<String> = vec!["GET".into()], takes Methods, read as Arc<List>;

        /// The request headers that pages may set, or `["*"]` for any; the CORS-safelisted ones are always allowed.
        ///
        /// These are Accept, Accept-Language, Content-Language and Content-Type. Permitted: `X-Request-Id` and
        /// `["*", "Authorization"]`. Prohibited: `X Request Id` (not a token); `Cookie` is dropped, since pages cannot
        /// set it.
        AllowHeaders => allow_headers: Vec<String> = Vec::new(), takes Headers, read as Arc<List>;

        /// Whether pages may read the responses to requests with cookies or HTTP authentication.
        ///
        /// It cannot be combined with `*` as an origin, plain http, patterns that match names which anyone can
        /// register, or regexes that do not fix the end of the host.
        AllowCredentials => allow_credentials: bool = false, takes Switch, read as bool;

        /// The response headers that pages may read, or `["*"]` for any; the CORS-safelisted ones are always readable.
        ///
        /// Permitted: `ETag`. Prohibited: `Set-Cookie` (pages can never read it), request headers such as `Origin`,
        /// and `*` with credentials.
        ExposeHeaders => expose_headers: Vec<String> = Vec::new(), takes Headers, read as Arc<List>;

        /// The number of seconds, 0 to 86400, for which browsers may keep the response to a preflight; `false` for no header.
        ///
        /// Without the header browsers keep it for 5 seconds. In Rust, `None` means no header.
        MaxAge => max_age: Option<u32> = Some(600), takes MaxAge, read as Option<u32>;

        /// The status of the response to a preflight: 204, or 200 for clients that accept no other.
        PreflightStatus => preflight_status: u16 = 204, takes Status, read as u16;

        /// Whether preflights are passed on to the application, whose response then gets the headers.
        PreflightContinue => preflight_continue: bool = false, takes Switch, read as bool;

        /// Whether preflights for private networks are granted, by a legacy header.
        ///
        /// It cannot be combined with `*` as an origin.
        AllowPrivateNetwork => allow_private_network: bool = false, takes Switch, read as Option<Arc<str>>;

        /// Whether the CORS headers that the application sets stay on its responses.
        KeepAppHeaders => keep_app_headers: bool = false, takes Switch, read as bool;

        /// The checks that are switched off, each by its name, for every origin or for some.
        ///
        /// Permitted: `null-origin`, and a table of a check and the entries for which it is switched off, each as it is
        /// written in its list: `{ check = "public-suffixes", origins = ["https://app-git-*-acme.vercel.app"] }`.
        DangerouslyAllow => dangerously_allow: Vec<LiftedCheck> = Vec::new(), takes Dangers, read as Arc<Lifted>;

        /// Refuses writes and WebSocket handshakes that browsers send on behalf of foreign pages.
        Protection => protection: Option<ProtectionConfig>, in a route Option<ProtectionConfig> = None,
            takes Protection, read as Option<Arc<ProtectionSettings>>;
    }

    /// The settings that apply to the whole policy.
    PolicySetting {
        /// Other settings for some paths; a route inherits the settings that it leaves out.
        Routes => routes: Vec<RouteConfig> = Vec::new(), takes Routes;
    }

    /// The settings that describe the configuration itself, in both dialects.
    DocumentSetting {
        /// Which names and defaults the settings have: `"corsac"`, or `"cors"` for the options of Node's `cors` package.
        Dialect => "dialect" = Some("corsac"), takes Dialect;

        /// The address of the JSON schema, for editors; corsac ignores it.
        Schema => "$schema" = None, takes Address;
    }

    /// The setting that only routes have.
    RouteSetting {
        /// The paths of the route: literals, `{name}` for one segment, `{*rest}` at the end for all that follow.
        ///
        /// Permitted: `/users/{id}` and `/public/{*rest}`. Prohibited: `/users/:id`, `/public/*` and `/a%20b`.
        Path => path: String, takes Path;
    }

    /// The settings of `protection`.
    ProtectionSetting {
        /// Whether requests with methods other than GET, HEAD and OPTIONS are refused if their origin is not trusted.
        Writes => writes: bool = false, takes Mode, read as bool;

        /// Whether WebSocket handshakes are refused if their origin is not trusted.
        Websockets => websockets: bool = false, takes Mode, read as bool;

        /// Additional trusted origins, besides the host itself and the origins that a policy with credentials allows.
        ///
        /// Permitted: the patterns of `allow_origins`. Prohibited: `*` and `null`.
        TrustedOrigins => trusted_origins: Vec<String> = Vec::new(), takes Origins, read as List;

        /// Whether requests that protection would refuse are let through and only reported.
        ///
        /// The refusal is then in [`Decision::reported`](crate::Decision::reported).
        ReportOnly => report_only: bool = false, takes Switch, read as bool;
    }

    /// The options of the `cors` package, each with the settings that it replaces. The package has no options for the
    /// other settings of corsac, which keep their names in the `cors` dialect.
    PackageOption {
        /// The origins that may read responses: an origin, a RegExp, or a list of them; `true` for any, `false` for none.
        Origin => "origin" for [AllowOrigins, AllowOriginRegex], takes PackageOrigin;

        /// The methods that pages may use, as a list or as one string with commas.
        Methods => "methods" for [AllowMethods], takes PackageMethods;

        /// The request headers that pages may set, as a list or as one string with commas.
        AllowedHeaders => "allowed_headers" for [AllowHeaders], takes PackageHeaders;

        /// The response headers that pages may read, as a list or as one string with commas.
        ExposedHeaders => "exposed_headers" for [ExposeHeaders], takes PackageHeaders;

        /// Whether pages may read the responses to requests with cookies or HTTP authentication.
        Credentials => "credentials" for [AllowCredentials], takes Switch;

        /// The status of the response to a preflight: 204, or 200 for clients that accept no other.
        OptionsSuccessStatus => "options_success_status" for [PreflightStatus], takes Status;
    }
}
