'use strict'

// A policy's answers as responses take them: every array and object made once, when it is first asked for.

const { PIECES } = require('./compiled.js')

/**
 * One answer, ready to be put on a response.
 *
 * @typedef {object} Answer
 * @property {boolean} responds whether the application is not run
 * @property {number | null} status
 * @property {string} reason
 * @property {string} help what to change if the reason was not meant
 * @property {string | null} reported the refusal that is let pass
 * @property {string} reportedHelp
 * @property {string} body
 * @property {Header[]} headers in the order in which they are sent, each name once
 * @property {string[]} removed the application's headers that come off and are not set anew
 * @property {string[]} names all names above
 * @property {Record<string, Header['value']>} object the headers as an object, for responses that have none of `names`
 * @property {Header[]} varying those with something of the request in them
 */

/**
 * @typedef {object} Header
 * @property {string} name
 * @property {string | number | (string | number)[]} value a number is one of `PIECES`, a list is of several lines
 * @property {'set' | 'merge' | 'default'} op
 */

/**
 * @param {import('./compiled.js').Shape} shape
 * @returns {Answer}
 */
function made ({ action, status, reason, help, reported, reportedHelp, body, slots, removed }) {
  const headers = []
  for (const [name, value, op] of slots) {
    const last = headers.at(-1)
    if (op === 'add' && last?.name === name) last.value = [last.value, value].flat()
    else headers.push({ name, value, op })
  }
  return {
    responds: action === 'respond',
    status,
    reason,
    help,
    reported,
    reportedHelp,
    body,
    headers,
    removed,
    names: [...headers.map(({ name }) => name), ...removed],
    object: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    varying: headers.filter(({ value }) => typeof value !== 'string')
  }
}

/**
 * The answer with an index, which the engine gave.
 *
 * @param {import('./compiled.js').Compiled} compiled
 * @returns {Answer}
 */
function answerAt (compiled, index) {
  return compiled.answers[index] ?? (compiled.answers[index] = made(compiled.shape(index)))
}

/**
 * The value of a header in the answer to one request.
 *
 * @param {Header['value']} value
 * @param {Pieces} pieces
 * @returns {string | string[]}
 */
function text (value, pieces) {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return pieces.get(value)
  return value.map((line) => text(line, pieces))
}

/**
 * All headers of the answer to one request.
 *
 * @param {Answer} answer
 * @param {Pieces} pieces
 * @returns {Record<string, string | string[]>} not to be changed
 */
function object (answer, pieces) {
  const { varying } = answer
  if (varying.length === 0) return answer.object
  const copy = { ...answer.object }
  for (let i = 0; i < varying.length; i++) copy[varying[i].name] = text(varying[i].value, pieces)
  return copy
}

/** What is read of a request where nothing but CORS matters, and what an answer may repeat of it. */
class Pieces {
  constructor (origin, requestMethod, requestHeaders, privateNetwork) {
    this.origin = origin
    this.requestMethod = requestMethod
    this.requestHeaders = requestHeaders
    this.privateNetwork = privateNetwork
  }

  get (piece) {
    switch (piece) {
      case PIECES.ORIGIN: return this.origin
      case PIECES.REQUEST_METHOD: return this.requestMethod
      default: return this.requestHeaders
    }
  }
}

/** What is read of a request where its path matters, or who sent it. */
class AllPieces extends Pieces {
  constructor (cors, path, method, flags, host, site, upgrade, key) {
    super(cors.origin, cors.requestMethod, cors.requestHeaders, cors.privateNetwork)
    this.path = path
    this.method = method
    this.flags = flags
    this.host = host
    this.site = site
    this.upgrade = upgrade
    this.key = key
  }
}

module.exports = { AllPieces, Pieces, answerAt, object, text }
