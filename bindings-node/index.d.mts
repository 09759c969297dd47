import cors from './index.js'

export default cors
export { cors }
export { ExchangeError, Explanation, diagnose } from './types/explanation.js'
export type {
  Exchange, ExchangeHop, ExchangeProblem, ExchangeRequest, ExplanationJson, Finding, ServerAnswer
} from './types/explanation.js'
export { ConfigError, Policy, mergeVary, version } from './types/policy.js'
export type { Code, FindingCode, Reason } from './codes.js'
export { Reloadable } from './types/reloadable.js'
export type { WatchOptions } from './types/reloadable.js'
export type {
  Decision, Issue, PolicyRequest, RequestHeaders, UpgradeCallback, UpgradeRequest, UpgradeServer
} from './types/policy.js'
export type {
  AnyOptions, AskingOptions, CorsacOptions, CorsOptions, CorsOptionsDelegate, CorsOrigin, CorsRequest, CorsResponse,
  CustomOrigin, Danger, DecisionEvent, LiftedCheck, ListOf, OriginPredicate, PolicyOptions, PredicateSettings, Protection,
  Route, Settings, TextPredicate, Url
} from './types/options.js'
