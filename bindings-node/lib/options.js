'use strict'

// Writes options as the text that the addon reads: JSON in which every list begins with what it stands for, so
// that it can carry what only JavaScript has. What each setting accepts is decided in the addon, not here.

const { types } = require('node:util')

/** Deeper than any setting goes, so that what lies deeper is refused by the engine and not cut. */
const MAX_DEPTH = 32
/** Room for a few million origins; an endless iterator ends here. */
const MAX_VALUES = 4_000_000

/**
 * The settings of an options object: its own, each read once. What only a prototype has, or cannot be listed, would
 * be seen by some readers and not by others, and a policy without its `origin` is another policy.
 */
function own (options) {
  if (typeof options !== 'object' || options === null || tag(options) !== 'Object') return options
  for (let object = options; object !== null && !isRoot(object); object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (name === 'constructor' || (object === options && Object.prototype.propertyIsEnumerable.call(object, name))) continue
      throw new TypeError(`corsac: \`${text(name)}\` is not an own enumerable property of the options: write a plain object`)
    }
  }
  return Object.assign(Object.create(null), options)
}

/** `Object.prototype`, of any realm. */
function isRoot (object) {
  return Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'isPrototypeOf')
}

/**
 * The text of any value at all. What a getter, a proxy or an iterator throws is thrown on.
 *
 * @returns {{ text: string, functions: { path: (string | number)[], call: Function }[] }} the functions in it, each with
 *   where it stands
 */
function encode (options) {
  const encoder = new Encoder()
  const text = JSON.stringify(encoder.value(own(options)))
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
      case 'string': return text(value)
      case 'number': return number(value)
      case 'bigint': return safe(value) ? Number(value) : other('bigint')
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
      return this.#kind(value)
    } finally {
      this.#ancestors.pop()
    }
  }

  #kind (value) {
    if (types.isRegExp(value)) return ['regexp', text(value.source), text(value.flags)]
    if (types.isBoxedPrimitive(value) || ArrayBuffer.isView(value)) return other(tag(value))
    if (types.isMap(value)) return this.#entries(value)
    if (Array.isArray(value)) return this.#list(indexed(value))
    if (tag(value) === 'URL' && typeof value.href === 'string') return ['url', text(value.href)]
    if (typeof value[Symbol.iterator] === 'function') return this.#list(value)
    // By tag and not by prototype: options may come from another realm, a class or a module.
    return ['Object', 'Module'].includes(tag(value)) ? this.#entries(properties(value)) : other(tag(value))
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
      const name = typeof key === 'object' || typeof key === 'function' ? `[${typeof key}]` : text(key)
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

function safe (value) {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

/** UTF-8 has no lone surrogates. */
function text (value) {
  return String(value).toWellFormed()
}

function other (name) {
  return ['other', text(name)]
}

function tag (value) {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

module.exports = { encode, own }
