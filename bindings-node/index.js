'use strict'

const { cors } = require('./lib/adapters/connect.js')
const { ConfigError } = require('./lib/policy/config-error.js')
const { Policy } = require('./lib/policy/policy.js')
const { Reloadable } = require('./lib/policy/reloadable.js')
const { mergeVary } = require('./lib/response/vary.js')
const { version } = require('./package.json')

// One by one: ECMAScript modules that import this find the names without running it.
module.exports = cors
module.exports.cors = cors
module.exports.default = cors
module.exports.ConfigError = ConfigError
module.exports.Policy = Policy
module.exports.Reloadable = Reloadable
module.exports.mergeVary = mergeVary
module.exports.version = version
