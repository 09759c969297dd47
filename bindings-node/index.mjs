import corsac from './index.js'

export const { ConfigError, Policy, cors, mergeVary, version } = corsac
export default corsac
