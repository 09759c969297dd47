'use strict'

// Assertions for every test runner: they throw Node's AssertionError, whose message is the explanation.

const { AssertionError } = require('node:assert')
const { facts } = require('../engine.js')
const { Browser } = require('./browser.js')

/** The options for a browser that an assertion makes. */
const BROWSER_OPTIONS = ['baseUrl', 'servers', 'cookies', 'policy', 'timeout']

async function assertReadable (server, path, options) {
  const { fetched, page } = await played(server, path, options)
  const failure = readableFailure(fetched, page)
  if (failure !== undefined) throw failed(failure, assertReadable)
  return { ...fetched.response, explanation: fetched.explanation }
}

async function assertBlocked (server, path, { code, ...options } = {}) {
  checkCode(code)
  const { fetched, page } = await played(server, path, options)
  const failure = blockedFailure(fetched, page, code)
  if (failure !== undefined) throw failed(failure, assertBlocked)
  return fetched.explanation
}

/** Sends a request to a server with a browser. `server` may already be a browser. */
async function played (server, path, options = {}) {
  const own = Object.fromEntries(BROWSER_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !BROWSER_OPTIONS.includes(name)))
  const isBrowser = server instanceof Browser
  if (isBrowser && Object.keys(own).length > 0) {
    throw new TypeError(`corsac: \`${Object.keys(own)[0]}\` cannot be given together with a Browser: it is an option of the Browser itself`)
  }
  const browser = isBrowser ? server : new Browser(server, own)
  return { fetched: await browser.fetch(path, rest), page: browser.pageOf(rest) }
}

/** Why the script cannot read the response; undefined if it can. */
function readableFailure (fetched, page) {
  return fetched.isReadable ? undefined : `a page of ${page} cannot read the response\n\n${fetched}`
}

/** Why the response is not blocked, or not blocked with this code; undefined if it is. */
function blockedFailure (fetched, page, code) {
  if (!fetched.isBlocked) {
    const can = fetched.isReadable ? 'can read the response' : 'is not blocked: the request ended in another way'
    return `a page of ${page} ${can}\n\n${fetched}`
  }
  const codes = fetched.explanation.findings.map((finding) => finding.code)
  if (code === undefined || codes.includes(code)) return undefined
  return `a page of ${page} is blocked, but not with \`${code}\`: found ${codes.join(', ')}\n\n${fetched}`
}

function checkCode (code) {
  if (code === undefined || facts.findingCodes.includes(code)) return
  throw new TypeError(`corsac: there is no finding with the code \`${code}\`: docs/errors.md lists all of them`)
}

function failed (message, stackStartFn) {
  return new AssertionError({ message, stackStartFn })
}

module.exports = { assertBlocked, assertReadable, blockedFailure, checkCode, played, readableFailure }
