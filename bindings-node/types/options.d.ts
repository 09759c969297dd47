import type { Reason } from '../codes.js'
import type { Policy } from './policy.js'
import type { Reloadable } from './reloadable.js'

/** The options of a `Policy`. */
export type PolicyOptions = AskingOptions<any> | CorsOptions & { dialect: 'cors' }

/** corsac's own settings. */
export interface CorsacOptions<T = any> extends RouteSettings {
  dialect?: 'corsac'
  /** Other settings for some paths. */
  routes?: ListOf<Route<T>>
}

/** Settings for some paths: what is not named is as at the top level. */
export interface Route<T = any> extends RouteSettings {
  /** `/public/{*rest}`, `/users/{id}`: literals before `{name}` before `{*rest}`, whatever their order. */
  path: string
  /** A function for the origins that no pattern of this route matches. Replaces all that the top level allows. */
  allowOrigin?: OriginPredicate<T>
}

/** The settings that routes have as well. */
export interface RouteSettings extends CommonOptions {
  /** Who may read responses: `https://app.example.com`, `https://*.example.com`, `http://localhost:*`; `['*']` is anyone. */
  allowOrigins?: ListOf<string | Url>
  /** Matched against the whole origin, in linear time. */
  allowOriginRegex?: string | RegExp | ListOf<string | RegExp>
  /** Default `['GET']`; GET, HEAD and POST are always allowed. */
  allowMethods?: ListOf<string>
  /** Default none but the CORS-safelisted request headers. */
  allowHeaders?: ListOf<string>
  /** Cookies and HTTP authentication. Default false. */
  allowCredentials?: boolean
  /** Response headers that scripts may read. Default none but the CORS-safelisted ones. */
  exposeHeaders?: ListOf<string>
  /** Default 204. */
  preflightStatus?: 200 | 204
  /** A preflight gets its headers and goes on to the application. Default false. */
  preflightContinue?: boolean
}

/** The options of the `cors` package, with its defaults. */
export interface CorsOptions extends PackageOptions, PredicateSettings {
  dialect?: 'cors'
  /**
   * Default `*`. A RegExp has to be anchored: `/^https:\/\/[a-z0-9-]+\.example\.com$/`. A function is asked about
   * well-formed origins only, and never without `Origin`.
   */
  origin?: boolean | CorsOrigin | CustomOrigin
}

/** corsac's settings with a function for the origins that no pattern matches. */
export interface AskingOptions<T = any> extends CorsacOptions<T>, PredicateSettings {
  /** Asked about well-formed origins only, and never without `Origin`. */
  allowOrigin?: OriginPredicate<T>
}

/** Answers whether an origin may read. What it throws, or a rejection, denies, and is reported. */
export type OriginPredicate<T = any> = (origin: string, request: T) => boolean | PromiseLike<boolean>

/** How functions that decide on origins are asked. */
export interface PredicateSettings {
  /** Seconds that a function may take. Default that of `Settings`. */
  predicateTimeout?: number
  /**
   * Remembers what was answered to an origin, and lets those who ask meanwhile wait for the same answer: for functions
   * that ask a database. They get the origin alone.
   */
  predicateCache?: {
    /** The most answers, of all functions of the policy: 2 to 10,000,000. Allowed and denied origins have half each. */
    size: number
    /** Seconds, at most a day. */
    ttl: number
  }
}

/** What stands beside a policy's text or file, which holds no functions. */
export interface TextPredicate<T = any> extends PredicateSettings {
  /** Asked about origins that no pattern of the text matches. */
  allowOrigin?: OriginPredicate<T>
}

/**
 * Answers by its callback, or by what it returns: true and false for this origin, or what `origin` takes. An error
 * goes to `next(error)`.
 */
export type CustomOrigin = (
  requestOrigin: string,
  callback: (error: Error | null, origin?: boolean | CorsOrigin) => void,
  request: any
) => void | boolean | CorsOrigin | PromiseLike<void | boolean | CorsOrigin>

/** Chooses the options for a request: by its callback, or by what it returns. */
export type CorsOptionsDelegate<T extends CorsRequest = CorsRequest> = (
  request: T,
  callback: (error: Error | null, options?: AnyOptions<T>) => void
) => void | AnyOptions<T> | PromiseLike<void | AnyOptions<T>>

/** What `cors()` takes but for a delegate. */
export type AnyOptions<T extends CorsRequest = CorsRequest> = CorsOptions | AskingOptions<T> | Policy | Reloadable

/** A request, as far as it is read here. */
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

/** A response, as far as it is used here. */
export interface CorsResponse {
  statusCode?: number | undefined
  setHeader (name: string, value: any): any
  end (): any
}

/** How a middleware runs, whatever its policy. */
export interface Settings {
  /** Told of every decision. What it throws, or rejects with, becomes a process warning. */
  onDecision?: (event: DecisionEvent) => void
  /** Milliseconds that a function of the application may take. Default 10000. */
  timeout?: number
  /**
   * Says that each WebSocket handshake is put to `policy.verifyUpgrade`, which a policy with `websockets: 'reject'` needs
   * where it is not attached to the server. Default false.
   */
  verifiesUpgrades?: boolean
}

export interface DecisionEvent {
  action: 'continue' | 'respond'
  reason: Reason
  /** What `reportOnly` let pass; null where there is nothing. */
  reported: Reason | null
  /** The request's `Origin`; null where it has none. */
  origin: string | null
  method: string
  /** The host's own. */
  request: any
}

/** The options that the `cors` package has, but for `origin`. */
export interface PackageOptions extends CommonOptions {
  methods?: string | ListOf<string>
  allowedHeaders?: string | ListOf<string>
  exposedHeaders?: string | ListOf<string>
  credentials?: boolean
  preflightContinue?: boolean
  /** 200 or 204, the default. */
  optionsSuccessStatus?: number
}

export interface CommonOptions {
  /** Seconds that a browser may keep a preflight's answer, 0 to 86400; `false` for no header. */
  maxAge?: number | false | null
  /** Answer the legacy header of private network access. Default false. */
  allowPrivateNetwork?: boolean
  /** Leave the application's own CORS headers on. Default false. */
  keepAppHeaders?: boolean
  /** Each lifts one check, by name. */
  dangerouslyAllow?: ListOf<'insecure-origins' | 'public-suffixes' | 'null-origin'>
  /** Refuses what foreign pages send on the user's behalf. */
  protection?: Protection
}

/** CORS says who may read an answer; the request is carried out all the same. This refuses it. */
export interface Protection {
  /** Requests of any method but GET, HEAD and OPTIONS. Default `off`. */
  writes?: 'off' | 'reject'
  /** WebSocket handshakes, see `Policy.attach`. Default `off`. */
  websockets?: 'off' | 'reject'
  /** Who may send them beside the page's own origin and those that a policy with credentials allows. */
  trustedOrigins?: ListOf<string | Url>
  /** Refuses nothing, and tells what it would have. Default false. */
  reportOnly?: boolean
}

/** Not a string: that would be one text, or its characters. */
export type ListOf<T> = readonly T[] | ReadonlySet<T>

export type CorsOrigin = string | RegExp | Url | readonly CorsOrigin[] | ReadonlySet<CorsOrigin>

/** A `URL` object. */
export interface Url {
  readonly href: string
  readonly protocol: string
}
