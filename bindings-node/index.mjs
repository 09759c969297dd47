import corsac from './index.js'

export const { ConfigError, Policy, mergeVary, version } = corsac
