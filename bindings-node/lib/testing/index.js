'use strict'

// Helpers for test suites: a simulated browser that sends requests to a server, assertions, and
// matchers.

const { assertBlocked, assertReadable } = require('./assertions.js')
const { Browser, Fetched } = require('./browser.js')
const { matchers } = require('./matchers.js')

// The names are exported one by one, so that an ECMAScript module that imports this file can find
// them without running it.
module.exports.Browser = Browser
module.exports.Fetched = Fetched
module.exports.assertBlocked = assertBlocked
module.exports.assertReadable = assertReadable
module.exports.matchers = matchers
