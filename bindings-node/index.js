'use strict'

const { cors } = require('./lib/cors.js')
const { ConfigError } = require('./lib/error.js')
const { Policy } = require('./lib/policy.js')
const { mergeVary } = require('./lib/vary.js')
const { version } = require('./package.json')

module.exports = Object.assign(cors, { cors, default: cors, ConfigError, Policy, mergeVary, version })
