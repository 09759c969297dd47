'use strict'

const { cors } = require('./lib/cors.js')
const { ConfigError } = require('./lib/error.js')
const { Policy } = require('./lib/policy.js')
const { Reloadable } = require('./lib/reloadable.js')
const { mergeVary } = require('./lib/vary.js')
const { version } = require('./package.json')

// One by one, so that whoever imports this from a module finds the names without running it.
module.exports = cors
module.exports.cors = cors
module.exports.default = cors
module.exports.ConfigError = ConfigError
module.exports.Policy = Policy
module.exports.Reloadable = Reloadable
module.exports.mergeVary = mergeVary
module.exports.version = version
