'use strict'

// The predicates of a policy: the functions of the application that are asked about origins, that of the whole policy and
// those of its routes.

const { ASK, NOT_REMEMBERED, PREDICATE_ANSWERS } = require('../policy/compiled-policy.js')
const { inContext } = require('../runtime.js')
const { callApplication } = require('./application-call.js')

/**
 * @typedef {object} Predicate
 * @property {'cors' | 'corsac'} form whose convention the function follows: that of the `cors` package, or corsac's own
 * @property {Function} call
 * @property {(patterns: unknown) => import('../policy/compiled-policy.js').CompiledPolicy} [compile] compiles an answer that
 *   consists of patterns
 */

class Predicates {
  #whole
  #routes
  #timeout
  /** Where answers are remembered, those who wait for one, by the question; a new map whenever everything is forgotten. */
  #waiting

  /**
   * @param {Predicate | undefined} whole the predicate of the whole policy
   * @param {Predicate[]} routes those of the routes, by their numbers
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
   * @param {number} index what the engine returned: `ASK`, or the index of a route
   * @param {unknown} request as the host's applications know it
   * @param {number} timeout in milliseconds, where the policy has none of its own
   * @param {(error: unknown, answer: number) => void} done `answer` is one of `PREDICATE_ANSWERS`, perhaps `NOT_REMEMBERED`
   * @returns {() => void} gives up: `done` is not called any more
   */
  ask (index, origin, request, timeout, done) {
    const predicate = index === ASK ? this.#whole : this.#routes[ASK - 1 - index]
    const limit = this.#timeout ?? timeout
    const waiting = this.#waiting
    if (waiting === undefined) return askPredicate(predicate, origin, request, limit, done)
    // The answer depends on the origin alone, so requests that ask meanwhile wait for the same answer. It comes in the context of
    // the request that asked first.
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
      // Each in a task of its own, so that one that throws does not keep the others waiting.
      const [first, ...rest] = all
      for (const each of rest) queueMicrotask(() => each(error, answer))
      first?.(error, answer)
    })
    return () => all.delete(done)
  }

  /** Answers that are still to come are not remembered. */
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

/** The answer that a function gives by what it returns. */
function answerOf (returned, origin, compile) {
  if (returned === true) return PREDICATE_ANSWERS.ALLOW
  if (!returned) return PREDICATE_ANSWERS.DENY
  if (compile === undefined || typeof returned === 'function') {
    throw new TypeError(`corsac: an origin function cannot answer with a ${typeof returned}`)
  }
  // Patterns: the answer is what a policy of them decides about this origin.
  const { decide, template } = compile(returned)
  return template(decide(origin)).isReadable ? PREDICATE_ANSWERS.ALLOW : PREDICATE_ANSWERS.DENY
}

module.exports = { Predicates }
