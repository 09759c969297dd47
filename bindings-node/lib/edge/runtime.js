'use strict'

// What this package uses of its runtime, where that is not Node: `lib/runtime.js` for edge runtimes and browsers.

/** These runtimes have no switch for a debug log: `onDecision` tells of every decision. */
const debug = Object.assign(() => {}, { enabled: false })

/** These runtimes have no asynchronous context that all of them share. */
function inContext (run) {
  return run
}

const encoder = new TextEncoder()

/** A text in UTF-8, or bytes as they are. */
function bytesOf (text) {
  return typeof text === 'string' ? encoder.encode(text) : text
}

/** @param {{ code: string, detail?: string }} more */
function warn (message, { code, detail }) {
  console.warn(`[${code}] CorsacWarning: ${message}${detail === undefined ? '' : `\n${detail}`}`)
}

/** Whether a getter of a built-in class takes a value for one of its objects, which may be of another realm. */
function reads (prototype, name, value) {
  try {
    Object.getOwnPropertyDescriptor(prototype, name).get.call(value)
    return true
  } catch {
    return false
  }
}

const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get

const PRIMITIVES = [Number, String, Boolean, BigInt, Symbol]

const types = {
  isRegExp: (value) => reads(RegExp.prototype, 'source', value),
  isMap: (value) => reads(Map.prototype, 'size', value),
  isUint8Array: (value) => typedArrayTag.call(value) === 'Uint8Array',
  isBoxedPrimitive: (value) => typeof value === 'object' && PRIMITIVES.some(({ prototype }) => {
    try {
      prototype.valueOf.call(value)
      return true
    } catch {
      return false
    }
  })
}

/** Writes where programs of these runtimes write errors. */
function print (text) {
  console.error(text.trimEnd())
}

module.exports = { bytesOf, debug, inContext, print, types, warn }
