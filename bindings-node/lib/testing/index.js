'use strict'

// For test suites: a browser that is played against a server, assertions, and matchers.

const { assertBlocked, assertReadable } = require('./assertions.js')
const { Browser, Fetched } = require('./browser.js')
const { matchers } = require('./matchers.js')

// One by one: ECMAScript modules that import this find the names without running it.
module.exports.Browser = Browser
module.exports.Fetched = Fetched
module.exports.assertBlocked = assertBlocked
module.exports.assertReadable = assertReadable
module.exports.matchers = matchers
