'use strict'

// The request headers that policies read. Their names are the engine's.

const { facts } = require('../engine.js')

/**
 * Converts a text from JSON into the form in which V8 keeps names of properties, with which a
 * look-up is fast.
 */
function asPropertyName (text) {
  return Object.keys({ [text]: true })[0]
}

/** The header names of each field of a request. The first that is present counts. */
const NAMES = Object.fromEntries(Object.entries(facts.requestHeaders).map(([field, names]) => [field, names.map(asPropertyName)]))

const PREFLIGHT_METHOD = asPropertyName(facts.methodOfPreflights)

/**
 * Whether a request has the method of preflights. Only then are the headers of preflights read.
 */
function mayBePreflight ({ method }) {
  return method === PREFLIGHT_METHOD
}

module.exports = {
  PREFLIGHT_METHOD,
  mayBePreflight,
  ALL_NAMES: Object.values(NAMES).flat(),
  ORIGIN: NAMES.origin[0],
  REQUEST_METHOD: NAMES.requestMethod[0],
  REQUEST_HEADERS: NAMES.requestHeaders[0],
  PRIVATE_NETWORK: NAMES.privateNetwork[0],
  HOST: NAMES.host,
  SEC_FETCH_SITE: NAMES.secFetchSite[0],
  UPGRADE: NAMES.upgrade[0],
  SEC_WEBSOCKET_KEY: NAMES.secWebSocketKey[0]
}
