import cors from './index.js'

export default cors
export { cors }
export { ConfigError, Policy, mergeVary, version } from './types/policy.js'
export type { Code, Reason } from './codes.js'
export type { Decision, Issue, PolicyRequest, RequestHeaders } from './types/policy.js'
export type {
  AnyOptions, AskingOptions, CorsacOptions, CorsOptions, CorsOptionsDelegate, CorsOrigin, CorsRequest, CorsResponse,
  CustomOrigin, DecisionEvent, ListOf, PolicyOptions, Settings, Url
} from './types/options.js'
