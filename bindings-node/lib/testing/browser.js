'use strict'

// The simulated browser. It asks the engine for the next request, and sends that to the server.

const engine = require('../engine.js')
const { diagnose, explainCaptured } = require('../explain/diagnose.js')
const { LONGEST_TIMER } = require('../policy/middleware-settings.js')
const { Policy, internalsOf } = require('../policy/policy.js')
const { Reloadable } = require('../policy/reloadable.js')
const { NoReplyError } = require('./reply.js')
const { serverOf } = require('./servers.js')

/** Milliseconds that one response may take. */
const TIMEOUT = 10_000
/** The type of a body that is given as an object. */
const JSON_TYPE = 'application/json'
/** The most bytes of a body that a message quotes. */
const QUOTED_BYTES = 80

/** The result of a request of a page's script. */
class Fetched {
  /**
   * @param {{ explanation: import('../..').Explanation, isReadable: boolean, isBlocked: boolean }} explained
   * @param {{ status: number, headers: [string, string][], body: Buffer, url: string } | null} response the
   * last response that came
   * @param {string[]} sent a line for each request on the wire
   */
  constructor ({ explanation, isReadable, isBlocked }, response, sent) {
    this.explanation = explanation
    this.isReadable = isReadable
    this.isBlocked = isBlocked
    this.response = response
    this.sent = sent
  }

  toString () {
    const lines = this.sent.length > 0 ? this.sent : ['nothing']
    return `${this.explanation}\n\nSent by the test:\n${lines.map((line) => `  ${line}`).join('\n')}`
  }
}

class Browser {
  #server
  #others
  #cookies
  #policy
  #timeout
  #origin

  constructor (server, { origin, baseUrl, servers = {}, cookies = {}, policy, timeout = TIMEOUT, ...rest } = {}) {
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw new TypeError(`corsac: a browser has no option \`${unknown}\``)
    if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= LONGEST_TIMER)) throw new TypeError('corsac: `timeout` takes milliseconds')
    explainerOf(policy)
    this.#server = serverOf(server, baseUrl)
    this.#others = new Map(Object.entries(servers).map(([url, other]) => [new URL(url).origin, serverOf(other, url)]))
    this.#cookies = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ')
    this.#policy = policy
    this.#timeout = timeout
    this.#origin = origin
  }

  /** The origin of the page that makes the request, for messages. */
  pageOf ({ origin } = {}) {
    return origin ?? this.#origin
  }

  async fetch (path = '/', options = {}) {
    const { origin, method, headers = {}, credentials = false, body, json, redirect, mode, ...rest } = options
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw new TypeError(`corsac: a request has no option \`${unknown}\``)
    const page = origin ?? this.#origin
    if (page === undefined) throw new TypeError('corsac: `origin` is missing: it says which page makes the request')
    const lines = headerLines(headers)
    const [content, kind] = contentOf(body, json)
    const request = { url: new URL(path, this.#server.baseUrl).href, headers: lines, body: kind }
    if (method !== undefined) request.method = method
    if (redirect !== undefined) request.redirect = redirect
    if (mode !== undefined) request.mode = mode
    if (credentials !== false) request.credentials = credentials === true ? 'include' : credentials
    return this.#play({ page, request }, content)
  }

  async #play (exchange, content) {
    const session = sessionOf(exchange)
    const sent = []
    let response = null
    for (let text = session.nextRequest(); text !== null; text = session.nextRequest()) {
      const asked = JSON.parse(text)
      const [answer, said, reply] = await this.#answer(asked, content)
      sent.push(`${asked.method} ${asked.url}: ${said}`)
      if (reply !== undefined && !asked.is_preflight) {
        const { status, headers, body } = reply
        response = { status, headers, body, url: asked.url }
      }
      session.respond(Buffer.from(JSON.stringify(answer)))
    }
    return new Fetched(explainCaptured(explainerOf(this.#policy), session.exchange()), response, sent)
  }

  /** The answer for the engine, the answer in words for people, and the whole reply. */
  async #answer (asked, content) {
    const server = this.#serverAt(asked.url)
    if (server === undefined) {
      return [null, 'not sent, because the test has no server at this address: add one to `servers`']
    }
    const headers = [['host', new URL(asked.url).host], ...asked.headers]
    const body = asked.has_body ? content : Buffer.alloc(0)
    if (asked.has_body) headers.push(['content-length', String(body.length)])
    if (asked.with_cookies && this.#cookies !== '' && server === this.#server) headers.push(['cookie', this.#cookies])
    try {
      const reply = await server.send({ method: asked.method, url: asked.url, headers, body }, this.#timeout)
      return [{ status: reply.status, headers: reply.headers }, described(reply), reply]
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error
      return [{ error: error.error }, error.message]
    }
  }

  #serverAt (url) {
    const address = new URL(url).origin
    const other = this.#others.get(address)
    if (other !== undefined) return other
    // On the network, a redirect can lead to any server.
    return address === new URL(this.#server.baseUrl).origin || this.#server.isOnNetwork ? this.#server : undefined
  }
}

function sessionOf (exchange) {
  try {
    return new engine.BrowserSession(Buffer.from(JSON.stringify(exchange)))
  } catch (error) {
    // `diagnose` throws an error that lists all problems of the exchange.
    diagnose(exchange)
    throw error
  }
}

/** The `explain` of the policy that the server is known to have. */
function explainerOf (policy) {
  if (policy === undefined) return engine.diagnose
  if (!(policy instanceof Policy || policy instanceof Reloadable)) throw new TypeError('corsac: `policy` takes a Policy or a Reloadable')
  return internalsOf(policy instanceof Reloadable ? policy.policy : policy).compiled.explain
}

function headerLines (headers) {
  if (Array.isArray(headers)) return headers.map(([name, value]) => [name, value])
  return typeof headers.entries === 'function' ? [...headers.entries()] : Object.entries(headers)
}

/** The bytes of a body, and the facts about it that the engine needs. */
function contentOf (body, json) {
  if (json !== undefined) {
    if (body !== undefined) throw new TypeError('corsac: give either `body` or `json`, not both')
    return [Buffer.from(JSON.stringify(json)), { type: JSON_TYPE }]
  }
  if (body === undefined || body === null) return [Buffer.alloc(0), 'none']
  return typeof body === 'string' ? [Buffer.from(body), 'text'] : [Buffer.from(body), { type: '' }]
}

/** The response, for a message. */
function described ({ status, body }) {
  const text = body.subarray(0, QUOTED_BYTES).toString().trim()
  return text === '' ? String(status) : `${status} ${JSON.stringify(text).replace(/[\u007f-\uffff]/g, escaped)}`
}

function escaped (character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

module.exports = { Browser, Fetched, explainerOf }
