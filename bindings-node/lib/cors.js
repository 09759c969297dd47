'use strict'

// The middleware of Express and everything that calls `(req, res, next)` with Node's own objects.

const { ASK, NOTHING } = require('./layer.js')
const { Pieces } = require('./answers.js')
const { hold } = require('./head.js')
const { Source, askOrigin } = require('./source.js')

function cors (options, settings) {
  const source = new Source(options, settings)
  const { layer } = source
  if (layer !== undefined) {
    return function corsac (request, response, next) {
      serve(layer, request, response, next)
    }
  }
  return function corsac (request, response, next) {
    source.choose(request, (error, chosen) => {
      if (chosen === undefined) next(error)
      else serve(chosen, request, response, next)
    })
  }
}

function serve (layer, request, response, next) {
  const { headers } = request
  const origin = line(headers.origin)
  if (request.method === 'OPTIONS') return options(layer, request, response, next, origin)
  if (origin === undefined) return finish(layer, layer.plain, NOTHING, request, response, next)
  const index = layer.decide(origin)
  const pieces = new Pieces(origin, undefined, undefined)
  if (index === ASK) return asked(layer, pieces, undefined, request, response, next)
  finish(layer, layer.answers[index], pieces, request, response, next)
}

function options (layer, request, response, next, origin) {
  if (origin === undefined) return finish(layer, layer.options, NOTHING, request, response, next)
  const { headers } = request
  const pieces = new Pieces(
    origin, line(headers['access-control-request-method']), line(headers['access-control-request-headers'])
  )
  const privateNetwork = line(headers['access-control-request-private-network'])
  const index = layer.compiled.decidePreflight(origin, pieces.requestMethod, pieces.requestHeaders, privateNetwork)
  if (index === ASK) return asked(layer, pieces, privateNetwork, request, response, next)
  finish(layer, layer.answers[index], pieces, request, response, next)
}

function asked (layer, pieces, privateNetwork, request, response, next) {
  const isOptions = request.method === 'OPTIONS'
  askOrigin(layer, pieces.origin, request, (error, said) => {
    if (error !== null) {
      const answer = layer.failed(pieces.origin, isOptions)
      layer.watch(answer, pieces.origin, request)
      hold(response, answer, pieces, layer)
      return next(error)
    }
    finish(layer, layer.resolve(said, pieces, isOptions, privateNetwork), pieces, request, response, next)
  })
}

function finish (layer, answer, pieces, request, response, next) {
  if (layer.isWatched) layer.watch(answer, pieces.origin, request)
  hold(response, answer, pieces, layer)
  // Where the head is sent somebody else is answering.
  if (!answer.responds || response.headersSent) return next()
  response.statusCode = answer.status
  if (answer.body === '') response.end()
  else response.end(answer.body)
}

/** A header's value, its lines joined where a host gives them apart. */
function line (value) {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(', ') : String(value)
}

module.exports = { cors, line }
