'use strict'

// `corsac/edge` on Node and Bun: the same names as on edge runtimes, with the engine that the rest of the package has there.

const cors = require('../adapters/web.js')
const { diagnose } = require('../explain/diagnose.js')
const { ExchangeError, Explanation } = require('../explain/explanation.js')
const { ConfigError } = require('../policy/config-error.js')
const { Policy } = require('../policy/policy.js')
const { Reloadable } = require('../policy/reloadable.js')
const { mergeVary } = require('../response/vary.js')
const { version } = require('../../package.json')

// The names are exported one by one, so that an ECMAScript module that imports this file can find
// them without running it.
module.exports = cors
module.exports.cors = cors
module.exports.default = cors
module.exports.ConfigError = ConfigError
module.exports.ExchangeError = ExchangeError
module.exports.Explanation = Explanation
module.exports.Policy = Policy
module.exports.Reloadable = Reloadable
module.exports.diagnose = diagnose
module.exports.hono = require('../adapters/hono.js')
module.exports.mergeVary = mergeVary
module.exports.version = version
