'use strict'

// Everything from Node that this package needs in every runtime. For another runtime, only this file has to be
// replaced. Code for servers and files is elsewhere.

const { AsyncResource } = require('node:async_hooks')
const { debuglog, types } = require('node:util')

/** Writes a line if `NODE_DEBUG` names corsac. */
const debug = debuglog('corsac')

/** A function that later runs in the current asynchronous context, whoever calls it. */
function inContext (run) {
  return AsyncResource.bind(run)
}

/** A text in UTF-8, or bytes as they are. The addon takes a `Buffer`. */
function bytesOf (text) {
  return Buffer.from(text)
}

/** @param {{ code: string, detail?: string }} more */
function warn (message, more) {
  process.emitWarning(message, { type: 'CorsacWarning', ...more })
}

/** Writes on standard error. */
function print (text) {
  process.stderr.write(text)
}

module.exports = { bytesOf, debug, inContext, print, types, warn }
