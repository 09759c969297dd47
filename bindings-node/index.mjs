import corsac from './index.js'

export const { ConfigError, Policy, Reloadable, cors, mergeVary, version } = corsac
export default corsac
