'use strict'

const { cors } = require('./lib/adapters/connect.js')
const { diagnose } = require('./lib/explain/diagnose.js')
const { ExchangeError, Explanation } = require('./lib/explain/explanation.js')
const { ConfigError } = require('./lib/policy/config-error.js')
const { Policy } = require('./lib/policy/policy.js')
const { Reloadable } = require('./lib/policy/reloadable.js')
const { mergeVary } = require('./lib/response/vary.js')
const { version } = require('./package.json')

// Each name has its own assignment, so that Node finds the names for `import` by reading this file, without running it.
module.exports = cors
module.exports.cors = cors
module.exports.default = cors
module.exports.ConfigError = ConfigError
module.exports.ExchangeError = ExchangeError
module.exports.Explanation = Explanation
module.exports.Policy = Policy
module.exports.Reloadable = Reloadable
module.exports.diagnose = diagnose
module.exports.mergeVary = mergeVary
module.exports.version = version
