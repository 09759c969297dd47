import edge from './node.js'

export const { ConfigError, ExchangeError, Explanation, Policy, Reloadable, cors, diagnose, hono, mergeVary, version } = edge
export default edge.cors
