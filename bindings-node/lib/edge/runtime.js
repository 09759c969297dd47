'use strict'

// Replaces `lib/runtime.js` on edge runtimes and in browsers: the functions that this package needs from a runtime
// other than Node.

/** These runtimes have no switch for a debug log. Use `onDecision`, which is called with every decision. */
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

/**
 * Whether a value is an object of a built-in class, even if it comes from another realm. A getter of the
 * class accepts only such objects.
 */
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

/** Writes to the place where programs on these runtimes write errors. */
function print (text) {
  console.error(text.trimEnd())
}

module.exports = { bytesOf, debug, inContext, print, types, warn }
