'use strict'

// A server's reply, or the reason why none came. A test waits for it only for a limited time.

/** A response of this type has no end, so a browser's script reads it while it arrives. */
const ENDLESS_TYPE = 'text/event-stream'

/** The most bytes of a body that are read. A longer body may be endless, whatever its type. */
const LONGEST_BODY = 64 * 1024 * 1024

/**
 * A request as a browser sends it.
 *
 * @typedef {object} SentRequest
 * @property {string} method
 * @property {string} url absolute, without a fragment
 * @property {[name: string, value: string][]} headers
 * @property {Buffer} body
 */

/** The response so far. Names of headers are in lower case, and repeated headers are not joined. */
class Reply {
  hasHead = false
  status = 0
  headers = []
  chunks = []
  #length = 0

  /** Stores the status and the headers of the response. */
  start (status, headers) {
    this.headers = headers.map(([name, value]) => [name.toLowerCase(), String(value)])
    this.status = status
    this.hasHead = true
  }

  /** Takes the next bytes of the body. Returns whether there may be more. */
  takes (chunk) {
    this.chunks.push(chunk)
    this.#length += chunk.length
    return this.#length < LONGEST_BODY
  }

  get body () {
    return Buffer.concat(this.chunks)
  }

  /** Whether the reply is complete without the end of the body. */
  get isEndless () {
    return this.headers.some(([name, value]) => name === 'content-type' && value.startsWith(ENDLESS_TYPE))
  }
}

/** There is no response. `error` is the word for the cause in exchanges, such as `timeout`. */
class NoReplyError extends Error {
  constructor (error, message, options) {
    super(message, options)
    this.error = error
  }
}

/**
 * Waits until `work` has filled in the reply, or until the time is up. If the status and headers have arrived by
 * then, they are the response, because a browser decides by the headers.
 *
 * @param {number} timeout milliseconds
 * @param {string} name the name of the server, for messages
 * @param {(reply: Reply, signal: AbortSignal) => Promise<void>} work
 * @returns {Promise<Reply>}
 */
async function within (timeout, name, work) {
  const reply = new Reply()
  const abort = new AbortController()
  let timer
  const late = new Promise((resolve) => { timer = setTimeout(resolve, timeout, 'late') })
  try {
    const ended = await Promise.race([late, work(reply, abort.signal)])
    if (reply.hasHead) return reply
    if (ended === 'late') throw new NoReplyError('timeout', `${name} did not respond within ${timeout} ms`)
    throw new NoReplyError('connection', `${name} ended without a response`)
  } catch (error) {
    if (reply.hasHead) return reply
    throw error
  } finally {
    clearTimeout(timer)
    abort.abort()
  }
}

module.exports = { NoReplyError, Reply, within }
