import type { Reason } from '../codes.js'
import type { Policy } from './policy.js'
import type { Reloadable } from './reloadable.js'

/** The options of a `Policy`. */
export type PolicyOptions = AskingOptions<any> | CorsOptions & { dialect: 'cors' }

/** corsac's own settings. */
export interface CorsacOptions<T = any> extends RouteSettings {
  // begin generated: settings of a policy
  /** Other settings for some paths; a route inherits the settings that it leaves out. Default `[]`. */
  routes?: ListOf<Route<T>>
  /** Which names and defaults the settings have: `'corsac'`, or `'cors'` for the options of Node's `cors` package. Default `'corsac'`. */
  dialect?: 'corsac'
  // end generated: settings of a policy
}

/** Settings for some paths. Settings that a route leaves out are inherited from the top level. */
export interface Route<T = any> extends RouteSettings {
  // begin generated: settings of a route
  /** The paths of the route: literals, `{name}` for one segment, `{*rest}` at the end for all that follow. */
  path: string
  // end generated: settings of a route
  /** A function for the origins that no pattern of this route matches. It replaces all origins that the top level allows. */
  allowOrigin?: OriginPredicate<T>
}

/**
 * The settings that routes have as well. Examples of origin patterns are `https://app.example.com`, `https://*.example.com`
 * and `http://localhost:*`.
 */
export interface RouteSettings extends CommonOptions {
  // begin generated: settings of both
  /** The origins that may read responses: origin patterns, `['*']` for any origin, or `[]` for none. */
  allowOrigins?: ListOf<string | Url>
  /** Regexes of origins that may read responses, each matched against the whole origin. Default `[]`. */
  allowOriginRegex?: string | RegExp | ListOf<string | RegExp>
  /** The methods that pages may use, or `['*']` for any; GET, HEAD and POST are always allowed. Default `['GET']`. */
  allowMethods?: ListOf<string>
  /** The request headers that pages may set, or `['*']` for any; the CORS-safelisted ones are always allowed. Default `[]`. */
  allowHeaders?: ListOf<string>
  /** Whether pages may read the responses to requests with cookies or HTTP authentication. Default `false`. */
  allowCredentials?: boolean
  /** The response headers that pages may read, or `['*']` for any; the CORS-safelisted ones are always readable. Default `[]`. */
  exposeHeaders?: ListOf<string>
  /** The status of the response to a preflight: 204, or 200 for clients that accept no other. Default `204`. */
  preflightStatus?: 200 | 204
  // end generated: settings of both
}

/** The options of the `cors` package, with its defaults. */
export interface CorsOptions extends PackageOptions, PredicateSettings {
  dialect?: 'cors'
  /**
   * Default `*`. A RegExp has to be anchored: `/^https:\/\/[a-z0-9-]+\.example\.com$/`. A function is called
   * for well-formed origins only, and never for a request without `Origin`.
   */
  origin?: boolean | CorsOrigin | CustomOrigin
}

/** corsac's settings with a function for the origins that no pattern matches. */
export interface AskingOptions<T = any> extends CorsacOptions<T>, PredicateSettings {
  /** Called for well-formed origins only, and never for a request without `Origin`. */
  allowOrigin?: OriginPredicate<T>
}

/** Returns whether an origin may read. If it throws or rejects, the origin is refused, and the error is passed on. */
export type OriginPredicate<T = any> = (origin: string, request: T) => boolean | PromiseLike<boolean>

/** The settings for calls to functions that decide on origins. */
export interface PredicateSettings {
  /** Seconds that a function may take. Default: `timeout` in `Settings`. */
  predicateTimeout?: number
  /**
   * Remembers what a function returned for an origin; while the function runs, further requests from the same origin wait for that
   * result. It is for functions that query a database. With it, functions get only the origin.
   */
  predicateCache?: {
    /** The number of origins to remember, for all functions of the policy together: 2 to 10,000,000. Allowed and denied origins each have half of the space. */
    size: number
    /** For how many seconds each result is remembered; at most a day. */
    ttl: number
  }
}

/** The functions that are passed together with a policy's text or file, which cannot contain functions. */
export interface TextPredicate<T = any> extends PredicateSettings {
  /** Called for origins that no pattern of the text matches. */
  allowOrigin?: OriginPredicate<T>
}

/**
 * Passes its result to its callback, or returns it. The result is true or false for this origin, or anything
 * that `origin` accepts. An error is passed to `next(error)`.
 */
export type CustomOrigin = (
  requestOrigin: string,
  callback: (error: Error | null, origin?: boolean | CorsOrigin) => void,
  request: any
) => void | boolean | CorsOrigin | PromiseLike<void | boolean | CorsOrigin>

/** Chooses the options for a request, and passes them to its callback or returns them. */
export type CorsOptionsDelegate<T extends CorsRequest = CorsRequest> = (
  request: T,
  callback: (error: Error | null, options?: AnyOptions<T>) => void
) => void | AnyOptions<T> | PromiseLike<void | AnyOptions<T>>

/** Everything that `cors()` accepts, except for a function that chooses. */
export type AnyOptions<T extends CorsRequest = CorsRequest> = CorsOptions | AskingOptions<T> | Policy | Reloadable

/** The members of a request that corsac reads. */
export interface CorsRequest {
  method?: string | undefined
  headers: {
    origin?: string | undefined
    host?: string | undefined
    referer?: string | undefined
    authorization?: string | undefined
    cookie?: string | undefined
    'user-agent'?: string | undefined
    [name: string]: string | string[] | undefined
  }
}

/** The members of a response that corsac uses. */
export interface CorsResponse {
  statusCode?: number | undefined
  setHeader (name: string, value: any): any
  end (): any
}

/** The settings of a middleware, which do not depend on its policy. */
export interface Settings {
  /** Called for every decision. If it throws or rejects, that becomes a process warning. */
  onDecision?: (event: DecisionEvent) => void
  /** Milliseconds that a function of the application may take. Default 10000. */
  timeout?: number
  /**
   * Says that the application calls `policy.verifyUpgrade` for each WebSocket handshake. A policy with
   * `websockets: 'reject'` that is not attached to the server needs these calls. Default false.
   */
  verifiesUpgrades?: boolean
  /**
   * For development: prints the reasons for decisions on standard error, once for each origin, route and
   * reason, and adds the reason to responses as `Server-Timing`. Default false, unless the environment has
   * `CORSAC_DEBUG=1`.
   */
  debug?: boolean
}

export interface DecisionEvent {
  action: 'continue' | 'respond'
  /** `engine-failed` means that the WebAssembly module trapped, and that the request is refused. */
  reason: Reason | 'engine-failed'
  /** The refusal that `reportOnly` turned into a report; null if there is none. */
  reported: Reason | null
  /** The request's `Origin`; null if it has none. */
  origin: string | null
  method: string
  /** The request as the framework knows it. */
  request: any
}

/** The options of the `cors` package, except for `origin`. */
export interface PackageOptions extends CommonOptions {
  // begin generated: options of the package
  /** The methods that pages may use, as a list or as one string with commas. */
  methods?: string | ListOf<string>
  /** The request headers that pages may set, as a list or as one string with commas. */
  allowedHeaders?: string | ListOf<string>
  /** The response headers that pages may read, as a list or as one string with commas. */
  exposedHeaders?: string | ListOf<string>
  /** Whether pages may read the responses to requests with cookies or HTTP authentication. */
  credentials?: boolean
  /** The status of the response to a preflight: 204, or 200 for clients that accept no other. */
  optionsSuccessStatus?: number
  // end generated: options of the package
}

export interface CommonOptions {
  // begin generated: settings of both dialects
  /** The number of seconds, 0 to 86400, for which browsers may keep the response to a preflight; `false` for no header. Default `600`, and no header with the options of the `cors` package. */
  maxAge?: number | false | null
  /** Whether preflights are passed on to the application, whose response then gets the headers. Default `false`. */
  preflightContinue?: boolean
  /** Whether preflights for private networks are granted, by a legacy header. Default `false`. */
  allowPrivateNetwork?: boolean
  /** Whether the CORS headers that the application sets stay on its responses. Default `false`. */
  keepAppHeaders?: boolean
  /** The checks that are switched off, each by its name, for every origin or for some. Default `[]`. */
  dangerouslyAllow?: ListOf<Danger | LiftedCheck>
  /** Refuses writes and WebSocket handshakes that browsers send on behalf of foreign pages. */
  protection?: Protection
  // end generated: settings of both dialects
}

/** A check that is switched off for some origins. */
export interface LiftedCheck {
  /** The name of the check. */
  check: Danger
  /** The patterns and regexes, each as it is written in its list. */
  origins: ListOf<string | Url>
}

/** The name of a check that can be switched off. */
// begin generated: dangers
export type Danger = 'insecure-origins' | 'public-suffixes' | 'null-origin' | 'any-extension'
// end generated: dangers

/**
 * CORS decides who may read a response, but the server still carries out the request. Protection refuses the request. For
 * handshakes, call `Policy.attach`.
 */
export interface Protection {
  // begin generated: settings of protection
  /** Whether requests with methods other than GET, HEAD and OPTIONS are refused if their origin is not trusted. Default `'off'`. */
  writes?: 'off' | 'reject'
  /** Whether WebSocket handshakes are refused if their origin is not trusted. Default `'off'`. */
  websockets?: 'off' | 'reject'
  /** Additional trusted origins, besides the host itself and the origins that a policy with credentials allows. Default `[]`. */
  trustedOrigins?: ListOf<string | Url>
  /** Whether requests that protection would refuse are let through and only reported. Default `false`. */
  reportOnly?: boolean
  // end generated: settings of protection
}

/** A string is not accepted as a list: it could mean one string, or its characters. */
export type ListOf<T> = readonly T[] | ReadonlySet<T>

export type CorsOrigin = string | RegExp | Url | readonly CorsOrigin[] | ReadonlySet<CorsOrigin>

/** A `URL` object. */
export interface Url {
  readonly href: string
  readonly protocol: string
}
