'use strict'

// Every kind of host, each with an application behind a policy, at the root or mounted, that responds with `ran` to any
// path.

const http = require('node:http')
const corsac = require('corsac')

/**
 * @typedef {object} Setup
 * @property {unknown} policy the argument of `cors()`
 * @property {object} [settings] of the middleware
 * @property {() => void} run called whenever the application runs
 */

const answering = (run) => (request, response) => { run(); response.end('ran') }

/** By name: the beginning of its paths, and a function that returns its server. */
const HOSTS = {
  'node:http': ['', ({ policy, settings, run }) => {
    const middleware = corsac(policy, settings)
    return http.createServer((request, response) => middleware(request, response, (error) => {
      if (error === undefined) return answering(run)(request, response)
      response.statusCode = 500
      response.end(error.message)
    }))
  }],
  connect: ['', ({ policy, settings, run }) => {
    const app = require('connect')()
    app.use(corsac(policy, settings))
    app.use(answering(run))
    return http.createServer(app)
  }],
  'connect, mounted': ['/api', ({ policy, settings, run }) => {
    const [outer, inner] = [require('connect')(), require('connect')()]
    inner.use(corsac(policy, settings))
    inner.use(answering(run))
    outer.use('/api', inner)
    return http.createServer(outer)
  }],
  express4: ['', (setup) => express(require('express4'), setup)],
  'express4, mounted': ['/api', (setup) => express(require('express4'), setup, true)],
  express: ['', (setup) => express(require('express'), setup)],
  'express, mounted': ['/api', (setup) => express(require('express'), setup, true)],
  nest: ['', async ({ policy, settings, run }) => {
    require('reflect-metadata')
    const { Module } = require('@nestjs/common')
    const { NestFactory } = require('@nestjs/core')
    class App {}
    Module({})(App)
    const app = await NestFactory.create(App, { logger: false })
    app.use(corsac(policy, settings))
    app.use(answering(run))
    await app.init()
    return app.getHttpServer()
  }],
  fastify: ['', (setup) => fastify(setup)],
  'fastify, with a prefix': ['/api', (setup) => fastify(setup, '/api')],
  koa: ['', (setup) => koa(setup)],
  'koa, mounted': ['/api', (setup) => koa(setup, '/api')],
  hono: ['', async (setup) => {
    const { getRequestListener } = await import('@hono/node-server')
    return http.createServer(getRequestListener((await hono(setup)).fetch))
  }],
  'hono, mounted': ['/api', async (setup) => {
    const { Hono } = await import('hono')
    const { getRequestListener } = await import('@hono/node-server')
    const outer = new Hono()
    outer.mount('/api', (await hono(setup)).fetch)
    return http.createServer(getRequestListener(outer.fetch))
  }],
  'hono, in Express': ['/api', async (setup) => {
    const { getRequestListener } = await import('@hono/node-server')
    const app = require('express')()
    app.use('/api', getRequestListener((await hono(setup)).fetch))
    return http.createServer(app)
  }],
  web: ['', async ({ policy, settings, run }) => {
    const { getRequestListener } = await import('@hono/node-server')
    const handler = require('corsac/web')(policy, settings)(() => { run(); return new Response('ran') })
    return http.createServer(getRequestListener((request) => handler(request)))
  }]
}

function express (express, { policy, settings, run }, isMounted) {
  const app = express()
  app.set('trust proxy', 'loopback')
  const inner = express.Router()
  inner.use(corsac(policy, settings))
  inner.use(answering(run))
  if (isMounted) app.use('/api', inner)
  else app.use(inner)
  app.use((error, request, response, next) => { response.status(500).send(error.message) })
  return http.createServer(app)
}

async function fastify ({ policy, settings, run }, prefix) {
  const app = require('fastify')()
  const build = async (app) => {
    await app.register(require('corsac/fastify'), { policy, ...settings })
    app.addContentTypeParser('*', (request, payload, done) => done(null))
    app.route({ method: ['GET', 'POST', 'PUT'], url: '/*', handler: async () => { run(); return 'ran' } })
  }
  if (prefix === undefined) await build(app)
  else app.register(build, { prefix })
  await app.ready()
  return app.server
}

function koa ({ policy, settings, run }, prefix) {
  const Koa = require('koa')
  const app = new Koa()
  app.silent = true
  // This is how koa-mount does it.
  if (prefix !== undefined) app.use((ctx, next) => { ctx.path = ctx.path.slice(prefix.length) || '/'; return next() })
  app.use(require('corsac/koa')(policy, settings))
  app.use((ctx) => { run(); ctx.body = 'ran' })
  return http.createServer(app.callback())
}

async function hono ({ policy, settings, run }) {
  const { Hono } = await import('hono')
  const app = new Hono()
  app.use(require('corsac/hono')(policy, settings))
  app.all('*', (c) => { run(); return c.text('ran') })
  app.onError((error, c) => c.text(error.message, 500))
  return app
}

module.exports = { HOSTS }
