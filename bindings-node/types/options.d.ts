import type { Reason } from '../codes.js'
import type { Policy } from './policy.js'

/** The options of a `Policy`, which asks no function. */
export type PolicyOptions = CorsacOptions | PackageOptions & { dialect: 'cors', origin?: boolean | CorsOrigin }

/** corsac's own settings. */
export interface CorsacOptions extends CommonOptions {
  dialect?: 'corsac'
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
  /** Must be empty: other settings for some paths are not carried out yet. */
  routes?: readonly []
}

/** The options of the `cors` package, with its defaults. */
export interface CorsOptions extends PackageOptions {
  dialect?: 'cors'
  /**
   * Default `*`. A RegExp has to be anchored: `/^https:\/\/[a-z0-9-]+\.example\.com$/`. A function is asked about
   * well-formed origins only, and never without `Origin`.
   */
  origin?: boolean | CorsOrigin | CustomOrigin
}

/** corsac's settings with a function for the origins that no pattern matches. */
export interface AskingOptions<T extends CorsRequest = CorsRequest> extends CorsacOptions {
  /** Asked about well-formed origins only, and never without `Origin`. */
  allowOrigin?: (origin: string, request: T) => boolean | PromiseLike<boolean>
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
export type AnyOptions<T extends CorsRequest = CorsRequest> = CorsOptions | AskingOptions<T> | Policy

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
  /** Told of every decision. What it throws becomes a process warning. */
  onDecision?: (event: DecisionEvent) => void
  /** Milliseconds that a function of the application may take. Default 10000. */
  timeout?: number
}

export interface DecisionEvent {
  action: 'continue' | 'respond'
  reason: Reason
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
  /** Must be off: refusing writes and WebSocket handshakes is not carried out yet. */
  protection?: { writes?: 'off', websockets?: 'off', reportOnly?: boolean }
}

/** Not a string: that would be one text, or its characters. */
export type ListOf<T> = readonly T[] | ReadonlySet<T>

export type CorsOrigin = string | RegExp | Url | readonly CorsOrigin[] | ReadonlySet<CorsOrigin>

/** A `URL` object. */
export interface Url {
  readonly href: string
  readonly protocol: string
}
