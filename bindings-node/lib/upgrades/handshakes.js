'use strict'

// Checks WebSocket handshakes: those of servers to which a policy is attached, and those that an application passes to it.

const { decideProtected } = require('../decide/decide.js')
const { MiddlewarePolicy } = require('../decide/middleware-policy.js')
const { Reports } = require('../decide/reports.js')
const { checkedSettings } = require('../policy/middleware-settings.js')
const { readHandshakeFields } = require('../request/request-fields.js')
const { readWebRequest } = require('../request/web-request.js')
const { templateAt } = require('../response/response-template.js')
const { otherServerError, unprotectedError } = require('./errors.js')
const { emitsHandshakes, interceptHandshakes, serverOf } = require('./server-events.js')

class Handshakes {
  #inForce
  #isReloadable
  #servers = new WeakSet()
  #verifying

  /**
   * @param {() => { compiled: import('../policy/compiled-policy.js').CompiledPolicy,
   *   predicates?: import('../decide/predicates.js').Predicates }} inForce the policy that is in force
   * @param {boolean} isReloadable whether another policy may be in force later
   */
  constructor (inForce, isReloadable) {
    this.#inForce = inForce
    this.#isReloadable = isReloadable
    /** Whether there is a server whose handshakes are checked. */
    this.isAttached = false
  }

  /**
   * The error for a request whose server does not pass its handshakes to the policy.
   *
   * @param {import('../decide/reports.js').Reports} reports
   */
  unattachedError (request, reports) {
    const server = serverOf(request)
    if (server === undefined || this.#servers.has(server)) return undefined
    if (emitsHandshakes(server)) return otherServerError()
    // In HTTP/2, the server's setting for WebSockets is known only after the client has acknowledged it. Only some
    // requests would get an error, so there is a warning instead.
    if (request.stream?.session?.localSettings?.enableConnectProtocol === true) {
      reports.warnOnce('elsewhere', 'CORSAC_WEBSOCKETS_ELSEWHERE', otherServerError().message)
    }
    return undefined
  }

  attach (server, settings = {}) {
    if (typeof server?.emit !== 'function') throw new TypeError('corsac: `attach` takes a server: `policy.attach(http.createServer(app))`')
    if (!this.#isReloadable && !this.#inForce().compiled.guardsWebSockets) throw unprotectedError()
    const policyNow = this.#policies(checkedSettings(settings))
    if (!this.#servers.has(server)) interceptHandshakes(server, (request, done) => { judge(policyNow(), request, done) })
    this.#servers.add(server)
    this.isAttached = true
    return server
  }

  verify (request, callback) {
    if (typeof request?.headers !== 'object') throw new TypeError('corsac: `verifyUpgrade` takes the request: `policy.verifyUpgrade(request)`')
    // The headers of a web request are not properties; a function looks them up.
    if (typeof request.headers.get === 'function') request = readWebRequest(request)
    this.#verifying ??= this.#policies(checkedSettings({}))
    const policy = this.#verifying()
    if (!policy.compiled.guardsWebSockets && !this.#isReloadable) {
      policy.reports.warnOnce('off', 'CORSAC_WEBSOCKETS_OFF', unprotectedError().message)
    }
    let allowed
    const giveUp = judge(policy, request, (template) => {
      allowed = !template.responds
      callback?.(null, allowed)
    })
    if (callback !== undefined) return
    if (allowed !== undefined) return allowed
    giveUp()
    policy.reports.warnOnce('later', 'CORSAC_ANSWERS_LATER', 'a handshake was refused, because the function that is asked about its origin is asynchronous',
      'write `policy.verifyUpgrade(request, (error, allowed) => …)`')
    return false
  }

  /** @returns {() => MiddlewarePolicy} the policy that is in force, with these settings */
  #policies (settings) {
    const reports = new Reports(settings)
    let policy
    return () => {
      const { compiled, predicates } = this.#inForce()
      if (policy?.compiled !== compiled) policy = new MiddlewarePolicy(compiled, settings, reports, predicates)
      return policy
    }
  }
}

/** @returns {(() => void) | undefined} a function that stops waiting for a predicate */
function judge (policy, request, done) {
  const fields = readHandshakeFields(request)
  const finish = (index) => {
    const template = templateAt(policy.compiled, index)
    policy.reports.decision(template, fields, request, request)
    done(template, fields, policy.reports)
  }
  const index = decideProtected(policy.compiled, fields)
  if (index >= 0) return finish(index)
  return policy.predicates.ask(index, fields.origin, request, policy.timeout, (error, predicateAnswer) => {
    if (error !== null) policy.reports.predicateFailed(error)
    finish(decideProtected(policy.compiled, fields, predicateAnswer))
  })
}

module.exports = { Handshakes }
