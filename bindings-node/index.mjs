import corsac from './index.js'

export const { ConfigError, ExchangeError, Explanation, Policy, Reloadable, cors, diagnose, mergeVary, version } = corsac
export default corsac
