'use strict'

// The middleware for Express, Connect, and everything that calls `(request, response, next)` with Node's own objects.

const { askPredicate, decide } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { mayBePreflight } = require('../request/request-headers.js')
const { WITHOUT_ORIGIN, readFields } = require('../request/request-fields.js')
const { applyOnHead } = require('../response/node-response.js')
const { templateAt } = require('../response/response-template.js')

function cors (options, settings) {
  const provider = new PolicyProvider(options, settings)
  const { policy } = provider
  if (policy !== undefined) {
    return function corsac (request, response, next) {
      if (policy.reports.debugger !== undefined) checkOrder(policy, request, corsac)
      serve(policy, request, response, next)
    }
  }
  if (provider.isReloadable) {
    return function corsac (request, response, next) {
      const policy = provider.current
      if (policy.reports.debugger !== undefined) checkOrder(policy, request, corsac)
      serve(policy, request, response, next)
    }
  }
  return function corsac (request, response, next) {
    provider.policyFor(request, (error, policy) => {
      if (policy === undefined) next(error)
      else serve(policy, request, response, next)
    })
  }
}

function checkOrder ({ reports }, { app }, middleware) {
  reports.debugger.checkOrder(middleware, () => require('../decide/order.js').beforeInExpress(app, middleware))
}

function serve (policy, request, response, next) {
  const unattached = policy.upgrades?.unattachedError(request, policy.reports)
  if (unattached !== undefined) return next(unattached)
  const hasPreflightMethod = mayBePreflight(request)
  const fields = readFields(policy, request, hasPreflightMethod)
  if (fields === WITHOUT_ORIGIN) {
    const template = hasPreflightMethod ? policy.preflightWithoutOrigin : policy.withoutOrigin
    return finish(policy, template, hasPreflightMethod, fields, request, response, next)
  }
  const index = decide(policy, hasPreflightMethod, fields)
  if (index >= 0) {
    const template = policy.responseTemplates[index] ?? templateAt(policy.compiled, index)
    return finish(policy, template, hasPreflightMethod, fields, request, response, next)
  }
  askPredicate(policy, index, hasPreflightMethod, fields, request, (error, template) => {
    finish(policy, template, hasPreflightMethod, fields, request, response, error === null ? next : () => { next(error) })
  })
}

function finish ({ reports }, template, hasPreflightMethod, fields, request, response, next) {
  if (reports.reportsAll || template.reported !== null) reports.decision(template, fields, request, request)
  applyOnHead(response, template, fields, reports)
  if (!template.responds) return next()
  // If the headers have been sent, other code answers the request, and a preflight is passed on to it. Any other
  // request was refused, so it is not passed on.
  if (response.headersSent) return hasPreflightMethod ? next() : void response.end()
  response.statusCode = template.status
  if (template.body === '') response.end()
  else response.end(template.body)
}

module.exports = { cors }
