'use strict'

// The middleware of Express and everything that calls `(request, response, next)` with Node's own objects.

const { answerAt } = require('./answers.js')
const { ask, look } = require('./decide.js')
const { hold } = require('./head.js')
const { NOTHING, read } = require('./request.js')
const { Source } = require('./source.js')

function cors (options, settings) {
  const source = new Source(options, settings)
  const { layer } = source
  if (layer !== undefined) {
    return function corsac (request, response, next) {
      serve(layer, request, response, next)
    }
  }
  if (source.isReloadable) {
    return function corsac (request, response, next) {
      serve(source.current, request, response, next)
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
  const complaint = layer.upgrades?.complaint(request, layer)
  if (complaint !== undefined) return next(complaint)
  const isOptions = request.method === 'OPTIONS'
  const pieces = read(layer, request, isOptions)
  if (pieces === NOTHING) return finish(layer, isOptions ? layer.options : layer.plain, pieces, request, response, next)
  const index = look(layer, isOptions, pieces)
  if (index >= 0) return finish(layer, layer.answers[index] ?? answerAt(layer.compiled, index), pieces, request, response, next)
  ask(layer, index, isOptions, pieces, request, (error, said) => {
    finish(layer, said, pieces, request, response, error === null ? next : () => { next(error) })
  })
}

function finish (layer, answer, pieces, request, response, next) {
  if (layer.isWatched || answer.reported !== null) layer.watch(answer, pieces, request, request)
  hold(response, answer, pieces, layer)
  if (!answer.responds) return next()
  // Where the head is sent somebody else is answering: preflights, but not what is refused.
  if (response.headersSent) return request.method === 'OPTIONS' ? next() : void response.end()
  response.statusCode = answer.status
  if (answer.body === '') response.end()
  else response.end(answer.body)
}

module.exports = { cors }
