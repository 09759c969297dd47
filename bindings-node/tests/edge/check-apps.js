'use strict'

// The responses that the applications of `apps.mjs` must give in every runtime.

const assert = require('node:assert/strict')

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example.net'
const PREFLIGHT = { 'access-control-request-method': 'PUT' }

/**
 * @param {(app: string, path: string, method: string, headers: object, body?: string) => Promise<Response>} send
 * @returns {Promise<number>} the number of correct responses
 */
async function checkApps (send) {
  let count = 0
  const ask = async (...request) => {
    const response = await send(...request)
    count++
    return response
  }
  const answers = async (app, path, method, headers, expected, body) => {
    const response = await ask(app, path, method, headers, body)
    await response.text()
    const found = {
      status: response.status, allowed: response.headers.get('access-control-allow-origin'), vary: response.headers.get('vary')
    }
    assert.deepEqual(found, expected, `${app} ${method} ${path} ${JSON.stringify(headers)}`)
  }
  const read = { status: 200, allowed: APP, vary: 'Accept-Language, Origin' }
  const unread = { status: 200, allowed: null, vary: 'Accept-Language, Origin' }
  const preflight = {
    status: 204, allowed: APP, vary: 'Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network, Origin'
  }
  for (const app of ['file', 'variable', 'hono']) {
    await answers(app, '/', 'GET', { origin: APP }, read)
    await answers(app, '/', 'GET', { origin: EVIL }, unread)
    await answers(app, '/', 'GET', {}, unread)
    const response = await ask(app, '/', 'OPTIONS', { origin: APP, ...PREFLIGHT })
    assert.equal(response.status, preflight.status, app)
    assert.equal(response.headers.get('access-control-allow-origin'), APP)
    assert.equal((await ask(app, '/', 'OPTIONS', { origin: EVIL, ...PREFLIGHT })).status, 403)
  }
  // Protection
  const refused = { status: 403, allowed: null, vary: 'Origin' }
  const posted = await ask('file', '/', 'POST', { origin: EVIL }, 'x=1')
  assert.equal(posted.status, 403)
  // An asynchronous predicate, and an error of the application
  await answers('hono', '/', 'GET', { origin: 'https://tenant.example' }, { ...read, allowed: 'https://tenant.example' })
  const failed = await ask('hono', '/fails', 'GET', { origin: APP })
  assert.deepEqual([failed.status, failed.headers.get('access-control-allow-origin')], [500, APP])
  // The CORS headers of the server behind the application are replaced, and its `Vary` is kept
  await answers('proxy', '/', 'GET', { origin: APP }, { status: 200, allowed: APP, vary: 'Accept-Encoding, Origin' })
  await answers('proxy', '/', 'GET', { origin: EVIL }, { status: 200, allowed: null, vary: 'Accept-Encoding, Origin' })
  const proxied = await ask('proxy', '/', 'GET', { origin: APP })
  assert.equal(proxied.headers.get('access-control-allow-credentials'), null)
  // The policy is swapped while the program runs
  await answers('swapped', '/', 'GET', { origin: APP }, { status: 200, allowed: null, vary: 'Accept-Language' })
  await ask('swapped', '/policy', 'POST', {}, `allow_origins = ["${APP}"]`)
  await answers('swapped', '/', 'GET', { origin: APP }, read)
  // A trap refuses one request
  for (let round = 0; round < 2; round++) {
    await answers('trap', '/', 'GET', { origin: APP }, read)
    await answers('trap', '/trap', 'GET', { origin: APP }, refused)
    await answers('trap', '/', 'GET', { origin: APP }, read)
    await answers('trap', '/', 'GET', { origin: EVIL }, unread)
  }
  return count
}

const ENVIRONMENT = { CORS_POLICY: `allow_origins = ["${APP}"]\nallow_methods = ["PUT"]\n` }

/**
 * The responses that the application of Elysia in docs/edge.md must give.
 *
 * @param {(path: string, init: object) => Promise<Response>} send
 * @returns {Promise<number>} the number of correct responses
 */
async function checkElysia (send) {
  const requests = [
    ['/', { headers: { origin: APP } }, 200, APP],
    ['/', { headers: { origin: EVIL } }, 200, null],
    ['/nowhere', { headers: { origin: APP } }, 404, APP],
    ['/', { method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'POST' } }, 204, APP]
  ]
  for (const [to, init, status, allowed] of requests) {
    const response = await send(to, init)
    const found = { status: response.status, allowed: response.headers.get('access-control-allow-origin'), vary: /Origin/.test(response.headers.get('vary')) }
    await response.text()
    assert.deepEqual(found, { status, allowed, vary: true }, `Elysia ${to} ${JSON.stringify(init)}`)
  }
  return requests.length
}

module.exports = { ENVIRONMENT, checkApps, checkElysia }
