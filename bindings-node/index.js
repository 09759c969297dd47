'use strict'

const { ConfigError } = require('./lib/error.js')
const { Policy } = require('./lib/policy.js')
const { mergeVary } = require('./lib/vary.js')
const { version } = require('./package.json')

module.exports = { ConfigError, Policy, mergeVary, version }
