'use strict'

// Encodes options as the text that the engine reads. It is JSON in which every list begins with the kind of the
// value that it encodes, so that it can also contain values that only JavaScript has. The engine, and not this
// file, decides what each setting accepts.

const { types } = require('../runtime.js')

/**
 * This is deeper than any setting. So a value that is nested too deeply still reaches the engine, which refuses it.
 */
const MAX_DEPTH = 32
/** This is enough for a few million origins, and stops an endless iterator. */
const MAX_VALUES = 4_000_000

/**
 * The settings of an options object: its own properties, each read once. A property of a prototype, or one that is
 * not enumerable, is an error: some readers would see it and others would not, and a policy that lost its `origin`
 * would be another policy.
 */
function ownSettings (options, what = 'options') {
  if (typeof options !== 'object' || options === null || typeTag(options) !== 'Object') return options
  for (let object = options; object !== null && !isRoot(object); object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (name === 'constructor' || (object === options && Object.prototype.propertyIsEnumerable.call(object, name))) continue
      throw new TypeError(`corsac: \`${wellFormed(name)}\` is not an own enumerable property of the ${what}: write a plain object`)
    }
  }
  return Object.assign(Object.create(null), options)
}

/** `Object.prototype`, of any realm. */
function isRoot (object) {
  return Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'isPrototypeOf')
}

/**
 * Encodes any value. `what` names it in errors. Errors that a getter, a proxy or an iterator throws are not
 * caught.
 *
 * @returns {{ text: string, functions: { path: (string | number)[], call: Function }[] }} the text, and the functions in the
 *   options, each with its path
 */
function encode (options, what) {
  const encoder = new Encoder()
  const text = JSON.stringify(encoder.value(ownSettings(options, what)))
  return { text, functions: encoder.functions }
}

class Encoder {
  functions = []
  #left = MAX_VALUES
  #ancestors = []
  #path = []

  value (value) {
    switch (typeof value) {
      case 'undefined': return ['undefined']
      case 'boolean': return value
      case 'string': return wellFormed(value)
      case 'number': return number(value)
      case 'bigint': return isSafe(value) ? Number(value) : other('bigint')
      case 'function': return this.#function(value)
      case 'symbol': return other('symbol')
      default: return value === null ? null : this.#object(value)
    }
  }

  #function (call) {
    this.functions.push({ path: [...this.#path], call })
    return ['function']
  }

  #object (value) {
    if (this.#ancestors.includes(value)) return other('circular reference')
    if (this.#ancestors.length >= MAX_DEPTH) return other('nesting deeper than any setting')
    this.#ancestors.push(value)
    try {
      return this.#byType(value)
    } finally {
      this.#ancestors.pop()
    }
  }

  #byType (value) {
    if (types.isRegExp(value)) return ['regexp', wellFormed(value.source), wellFormed(value.flags)]
    if (types.isBoxedPrimitive(value) || ArrayBuffer.isView(value)) return other(typeTag(value))
    if (types.isMap(value)) return this.#entries(value)
    if (Array.isArray(value)) return this.#list(indexed(value))
    if (typeTag(value) === 'URL' && typeof value.href === 'string') return ['url', wellFormed(value.href)]
    if (typeof value[Symbol.iterator] === 'function') return this.#list(value)
    // The tag decides, and not the prototype, because options may come from another realm, a class or a module.
    return ['Object', 'Module'].includes(typeTag(value)) ? this.#entries(properties(value)) : other(typeTag(value))
  }

  #list (items) {
    const list = ['list']
    const depth = this.#path.length
    let index = 0
    for (const item of items) {
      if (this.#left-- <= 0) return other('list of more values than are read')
      this.#path[depth] = index++
      list.push(this.value(item))
    }
    this.#path.length = depth
    return list
  }

  #entries (entries) {
    const map = ['map']
    const depth = this.#path.length
    for (const [key, item] of entries) {
      if (this.#left-- <= 0) return other('table of more values than are read')
      const name = typeof key === 'object' || typeof key === 'function' ? `[${typeof key}]` : wellFormed(key)
      this.#path[depth] = name
      map.push(name, this.value(item))
    }
    this.#path.length = depth
    return map
  }
}

function * indexed (array) {
  const length = array.length
  for (let index = 0; index < length; index++) yield array[index]
}

function * properties (object) {
  for (const key of Object.keys(object)) yield [key, object[key]]
}

function number (value) {
  const exact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  return exact ? value : ['number', String(value)]
}

function isSafe (value) {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

/** Replaces lone surrogates, which UTF-8 does not have. */
function wellFormed (value) {
  return String(value).toWellFormed()
}

function other (name) {
  return ['other', wellFormed(name)]
}

function typeTag (value) {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

module.exports = { encode, ownSettings }
