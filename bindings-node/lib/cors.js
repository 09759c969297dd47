'use strict'

// The middleware of Express and everything that calls `(request, response, next)` with Node's own objects.

const { ask, look, read } = require('./decide.js')
const { hold } = require('./head.js')
const { Source } = require('./source.js')

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
  const isOptions = request.method === 'OPTIONS'
  const pieces = read(request, isOptions)
  const answer = look(layer, isOptions, pieces)
  if (answer !== undefined) return finish(layer, answer, pieces, request, response, next)
  ask(layer, isOptions, pieces, request, (error, said) => {
    finish(layer, said, pieces, request, response, error === null ? next : () => { next(error) })
  })
}

function finish (layer, answer, pieces, request, response, next) {
  if (layer.isWatched) layer.watch(answer, pieces, request, request)
  hold(response, answer, pieces, layer)
  // Where the head is sent somebody else is answering.
  if (!answer.responds || response.headersSent) return next()
  response.statusCode = answer.status
  if (answer.body === '') response.end()
  else response.end(answer.body)
}

module.exports = { cors }
