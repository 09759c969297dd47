import type { Code, FindingCode, Reason } from './codes.js'
import type {
  AnyOptions, AskingOptions, CorsacOptions, CorsOptions, CorsOptionsDelegate, CorsOrigin, CorsRequest, CorsResponse,
  CustomOrigin, Danger, DecisionEvent, LiftedCheck, ListOf, OriginPredicate, PolicyOptions, PredicateSettings, Protection,
  Route, Settings, TextPredicate, Url
} from './types/options.js'
import {
  ExchangeError, Explanation, diagnose, type Exchange, type ExchangeHop, type ExchangeProblem, type ExchangeRequest,
  type ExplanationJson, type Finding, type ServerAnswer
} from './types/explanation.js'
import {
  ConfigError, Policy, mergeVary, version, type Decision, type Issue, type PolicyRequest, type RequestHeaders,
  type UpgradeCallback, type UpgradeRequest, type UpgradeServer
} from './types/policy.js'
import { Reloadable, type WatchOptions } from './types/reloadable.js'

/**
 * Returns the middleware. It takes the options of the `cors` package, corsac's own settings, a `Policy`, a `Reloadable`, or a
 * function that chooses one of these for each request. Without an argument, the defaults of the `cors` package apply.
 *
 * @throws {ConfigError} with every issue at once
 */
declare function cors<T extends CorsRequest = CorsRequest> (
  options?: AnyOptions<T> | CorsOptionsDelegate<T>,
  settings?: Settings
): (request: T, response: CorsResponse, next: (error?: any) => any) => void

declare namespace cors {
  export { cors, cors as default, ConfigError, ExchangeError, Explanation, Policy, Reloadable, diagnose, mergeVary, version }
  export type {
    AnyOptions, AskingOptions, Code, CorsacOptions, CorsOptions, CorsOptionsDelegate, CorsOrigin, CorsRequest,
    CorsResponse, CustomOrigin, Decision, DecisionEvent, Exchange, ExchangeHop, ExchangeProblem, ExchangeRequest, ExplanationJson,
    Finding, FindingCode, ServerAnswer, Issue, Danger, LiftedCheck, ListOf, PolicyOptions, PolicyRequest, Reason,
    RequestHeaders, Settings, Url
  }
}

export = cors
