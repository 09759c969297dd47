import cors = require('./web.js')
import hono = require('./hono.js')
import type { Code, FindingCode, Reason } from '../codes.js'
import { ExchangeError, Explanation, diagnose, type Exchange, type ExplanationJson, type Finding } from './explanation.js'
import type { AnyOptions, CorsacOptions, CorsOptions, CorsOptionsDelegate, DecisionEvent, PolicyOptions, Settings } from './options.js'
import { ConfigError, Policy, mergeVary, version, type Decision, type Issue, type PolicyRequest, type RequestHeaders } from './policy.js'
import { Reloadable } from './reloadable.js'

/**
 * Everything in corsac that needs neither a Node server nor a file, for edge runtimes and
 * browsers. `cors` is the default export of `corsac/web`, and `hono` that of `corsac/hono`.
 * `Policy.fromFile` and `Reloadable.fromFile` throw, except on Node and Bun.
 */
declare function edge (...given: Parameters<typeof cors>): ReturnType<typeof cors>

declare namespace edge {
  export { cors, cors as default, ConfigError, ExchangeError, Explanation, Policy, Reloadable, diagnose, hono, mergeVary, version }
  export type {
    AnyOptions, Code, CorsacOptions, CorsOptions, CorsOptionsDelegate, Decision, DecisionEvent, Exchange, ExplanationJson, Finding,
    FindingCode, Issue, PolicyOptions, PolicyRequest, Reason, RequestHeaders, Settings
  }
}

export = edge
