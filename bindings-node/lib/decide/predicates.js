'use strict'

// The predicates of a policy: the application's functions that are asked about origins. One belongs to the whole
// policy, and others to its routes.

const { ASK, NOT_REMEMBERED, PREDICATE_ANSWERS } = require('../policy/compiled-policy.js')
const { inContext } = require('../runtime.js')
const { callApplication } = require('./application-call.js')

/**
 * @typedef {object} Predicate
 * @property {'cors' | 'corsac'} form how the function is called: as in the `cors` package, or in corsac's own way
 * @property {Function} call
 * @property {(patterns: unknown) => import('../policy/compiled-policy.js').CompiledPolicy} [compile] compiles an answer that
 *   consists of patterns
 */

class Predicates {
  #whole
  #routes
  #timeout
  /**
   * If answers are remembered: the callers that wait for an answer, by the question. It is a new map each time
   * everything is forgotten.
   */
  #waiting

  /**
   * @param {Predicate | undefined} whole the predicate of the whole policy
   * @param {Predicate[]} routes the predicates of the routes, by the numbers of the routes
   * @param {import('../policy/predicate-options.js').PredicateLimits} limits
   */
  constructor (whole, routes, { timeout, cache }) {
    this.#whole = whole
    this.#routes = routes
    this.#timeout = timeout === undefined ? undefined : timeout * 1000
    this.#waiting = cache === undefined ? undefined : new Map()
  }

  /**
   * Asks about an origin.
   *
   * @param {number} index what the engine returned: `ASK`, or `ASK - 1 - n` for the predicate of route n
   * @param {unknown} request the request as the host's applications know it
   * @param {number} timeout in milliseconds; it applies if the policy does not set one
   * @param {(error: unknown, answer: number) => void} done `answer` is one of `PREDICATE_ANSWERS`, perhaps with
   *   `NOT_REMEMBERED` added
   * @returns {() => void} a function that gives up, so that `done` is no longer called
   */
  ask (index, origin, request, timeout, done) {
    const predicate = index === ASK ? this.#whole : this.#routes[ASK - 1 - index]
    const limit = this.#timeout ?? timeout
    const waiting = this.#waiting
    if (waiting === undefined) return askPredicate(predicate, origin, request, limit, done)
    // The answer depends only on the origin, so requests that ask while the function runs wait for the same answer. It
    // comes in the context of the request that asked first, so each `done` is bound to the context of its own request.
    done = inContext(done)
    const question = `${index} ${origin}`
    const others = waiting.get(question)
    if (others !== undefined) {
      others.add(done)
      return () => others.delete(done)
    }
    const all = new Set([done])
    waiting.set(question, all)
    askPredicate(predicate, origin, undefined, limit, (error, answer) => {
      waiting.delete(question)
      if (waiting !== this.#waiting) answer |= NOT_REMEMBERED
      // Each runs in a task of its own, so that the others still get the answer if one throws.
      const [first, ...rest] = all
      for (const each of rest) queueMicrotask(() => each(error, answer))
      first?.(error, answer)
    })
    return () => all.delete(done)
  }

  /** Forgets all answers. Answers that are still to come are not remembered either. */
  forget () {
    if (this.#waiting !== undefined) this.#waiting = new Map()
  }
}

function askPredicate ({ form, call, compile }, origin, request, timeout, done) {
  // Functions of the `cors` package take their callback second, so the request comes third.
  const ask = form === 'cors' ? (callback) => call(origin, callback, request) : () => call(origin, request)
  const convention = {
    usesCallback: form === 'cors' && call.length > 1,
    timeout,
    name: form === 'cors' ? 'the `origin` function' : '`allowOrigin`'
  }
  return callApplication(ask, convention, (error, returned) => {
    let answer = PREDICATE_ANSWERS.FAILED
    if (error === null) {
      try {
        answer = answerOf(returned, origin, compile)
      } catch (reason) {
        error = reason
      }
    }
    done(error, answer)
  })
}

/** The answer that the return value of a function means. */
function answerOf (returned, origin, compile) {
  if (returned === true) return PREDICATE_ANSWERS.ALLOW
  if (!returned) return PREDICATE_ANSWERS.DENY
  if (compile === undefined || typeof returned === 'function') {
    throw new TypeError(`corsac: an origin function cannot answer with a value of type \`${typeof returned}\``)
  }
  // The function returned patterns. The answer is the decision of a policy with these patterns about this origin.
  const { decide, template } = compile(returned)
  return template(decide(origin)).isReadable ? PREDICATE_ANSWERS.ALLOW : PREDICATE_ANSWERS.DENY
}

module.exports = { Predicates }
