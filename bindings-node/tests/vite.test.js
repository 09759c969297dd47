'use strict'

// The plugin in the dev server and in the preview server of Vite 6, 7 and 8.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { once } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const { WebSocket } = require('ws')
const corsac = require('corsac')
const plugin = require('corsac/vite')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const POLICY = `allow_origins = ["${ORIGIN}"]\nallow_methods = ["PUT"]\nallow_credentials = true\n`
const READABLE = { 'allow-origin': ORIGIN, 'allow-credentials': 'true' }

process.removeAllListeners('warning')

/** A project in a folder of its own, with its policy. */
function project (t, policy = POLICY) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-vite-'))
  t.after(() => fs.rmSync(root, { recursive: true, force: true }))
  const files = { 'index.html': '<script type="module" src="/main.js"></script>', 'main.js': 'console.log(1)', 'broken.js': 'let let', 'cors.toml': policy }
  fs.mkdirSync(path.join(root, 'public'))
  fs.writeFileSync(path.join(root, 'public', 'font.woff2'), 'font')
  fs.mkdirSync(path.join(root, 'dist'))
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(root, name), text)
  fs.copyFileSync(path.join(root, 'index.html'), path.join(root, 'dist', 'index.html'))
  return root
}

/** What Vite prints. */
function logger () {
  const printed = []
  const print = (text) => { printed.push(text) }
  return { printed, info: print, warn: print, error: print, warnOnce: print, clearScreen () {}, hasErrorLogged: () => false, hasWarned: false }
}

async function start (t, { vite, given = 'cors.toml', root = project(t), more = {}, settings, kind = 'createServer' }) {
  const customLogger = logger()
  const place = { port: 0, host: '127.0.0.1', strictPort: false }
  const server = await vite[kind]({
    configFile: false, root, customLogger, plugins: [plugin(given, settings)], optimizeDeps: { noDiscovery: true }, ...more,
    server: { ...place, ...more.server }, preview: { ...place, ...more.preview }
  })
  t.after(() => server.close())
  if (kind === 'createServer') await server.listen()
  return { server, root, printed: customLogger.printed, port: server.httpServer.address().port }
}

async function until (what, holds) {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await wait(50)
  }
  assert.fail(what)
}

for (const [name, major] of [['vite6', 6], ['vite', 7], ['vite8', 8]]) {
  test(name, { timeout: 60_000 }, async (t) => {
    const vite = await import(name)
    assert.equal(Number(vite.version.split('.')[0]), major)

    await t.test('the dev server', async (t) => {
      const backend = await listen(t, http.createServer((request, response) => {
        response.writeHead(200, { 'Access-Control-Allow-Origin': '*', Vary: 'Accept-Encoding' }).end(request.method)
      }))
      const headers = { 'Access-Control-Allow-Origin': '*', 'X-Own': '1' }
      const { port, printed } = await start(t, { vite, more: { server: { headers, cors: true, proxy: { '/api': `http://127.0.0.1:${backend}` } } } })
      assert.deepEqual(printed.filter((text) => text.includes('corsac')), ['corsac: `server.cors` has no effect: the policy decides instead'])
      const get = (path, origin) => send(port, { path, headers: { origin, accept: path.endsWith('.png') ? 'image/png' : 'text/html' } })
      for (const [path, status] of [['/', 200], ['/main.js', 200], ['/font.woff2', 200], ['/broken.js', 200], ['/nowhere.png', 404], ['/@vite/client', 200], ['/api/items', 200]]) {
        const [readable, refused] = [await get(path, ORIGIN), await get(path, OTHER)]
        const { vary, ...rest } = cors(readable)
        assert.deepEqual([readable.status, rest], [status, READABLE], path)
        assert.match(vary, /^(?:Accept-Encoding, )?Origin$/)
        assert.deepEqual(Object.keys(cors(refused)), ['vary'], path)
      }
      assert.deepEqual(cors(await get('/api/items', ORIGIN)).vary, 'Accept-Encoding, Origin')
      for (const path of ['/', '/main.js', '/api/items']) {
        const answer = await send(port, { path, method: 'OPTIONS', headers: preflight() })
        assert.deepEqual([answer.status, cors(answer)['allow-methods']], [204, 'GET, HEAD, POST, PUT'])
        assert.equal((await send(port, { path, method: 'OPTIONS', headers: preflight(OTHER) })).status, 403)
      }
      const head = await send(port, { path: '/main.js', method: 'HEAD', headers: { origin: ORIGIN } })
      assert.equal(cors(head)['allow-origin'], ORIGIN)
    })

    await t.test('a file that changes', async (t) => {
      const { port, root, printed, server } = await start(t, { vite })
      const sent = []
      const send_ = server.ws.send.bind(server.ws)
      server.ws.send = (message) => { sent.push(message); send_(message) }
      const file = path.join(root, 'cors.toml')
      const allows = async (origin) => cors(await send(port, { path: '/main.js', headers: { origin } }))['allow-origin'] === origin
      fs.writeFileSync(file, POLICY.replace(`"${ORIGIN}"`, `"${OTHER}"`))
      await until('the new policy is in force', () => allows(OTHER))
      assert.equal(await allows(ORIGIN), false)
      assert(printed.some((text) => text.includes('corsac: the policy was read again')), printed)
      fs.writeFileSync(file, POLICY.replace(`"${ORIGIN}"`, `"${ORIGIN}/"`))
      await until('the mistake is shown', () => sent.length > 0)
      assert.equal(sent[0].type, 'error')
      assert.match(sent[0].err.message, /ends in a slash.*\n.*write `https:\/\/app\.example\.com`/s)
      assert(printed.some((text) => /corsac: the previous policy stays in force: [^]*line 1/.test(text)), printed)
      assert.equal(await allows(OTHER), true, 'the previous policy stays')
      // A page that is loaded after the mistake gets the error as well.
      const { config } = server
      const page = new WebSocket(`ws://127.0.0.1:${port}/?token=${config.webSocketToken}`, 'vite-hmr')
      const messages = []
      page.on('message', (data) => { messages.push(JSON.parse(data)) })
      await until('the page receives the error', () => messages.some(({ type }) => type === 'error'))
      assert(messages.some(({ type }) => type === 'connected'))
      fs.rmSync(file)
      await until('it is missing', () => sent.at(-1).err?.message.includes('ENOENT'))
      fs.writeFileSync(file, POLICY)
      await until('it is hidden', () => messages.at(-1).type === 'update')
      await until('the policy is in force again', () => allows(ORIGIN))
      page.close()
    })

    await t.test('the WebSocket for changes works under any policy', async (t) => {
      const { port, server, root } = await start(t, { vite, root: project(t, `${POLICY}[protection]\nwrites = "reject"\nwebsockets = "reject"\n`) })
      const page = new WebSocket(`ws://127.0.0.1:${port}/?token=${server.config.webSocketToken}`, 'vite-hmr', { origin: `http://127.0.0.1:${port}` })

      const [first] = await once(page, 'message')
      assert.equal(JSON.parse(first).type, 'connected')
      await send(port, { path: '/main.js' })
      const changed = once(page, 'message')
      server.ws.send({ type: 'full-reload' })
      assert.equal(JSON.parse((await changed)[0]).type, 'full-reload')
      page.close()
      const write = await send(port, { path: '/', method: 'POST', headers: { origin: OTHER } })
      assert.deepEqual([write.status, write.body], [403, 'corsac: write-refused\n'])
      assert(root)
    })

    await t.test('the preview server', async (t) => {
      const { port, root } = await start(t, { vite, kind: 'preview' })
      const get = (path, origin) => send(port, { path, headers: { origin, accept: path === '/' ? 'text/html' : 'image/png' } })
      for (const [path, status] of [['/', 200], ['/nowhere.png', 404]]) {
        const readable = await get(path, ORIGIN)
        assert.deepEqual([readable.status, cors(readable)['allow-origin']], [status, ORIGIN], path)
        assert.equal(cors(await get(path, OTHER))['allow-origin'], undefined)
      }
      assert.equal((await send(port, { path: '/', method: 'OPTIONS', headers: preflight() })).status, 204)
      fs.writeFileSync(path.join(root, 'cors.toml'), POLICY.replace(`"${ORIGIN}"`, `"${OTHER}"`))
      await until('the new policy is in force', async () => cors(await get('/', OTHER))['allow-origin'] === OTHER)
    })

    await t.test('a server that is closed or restarted stops checking the file', async (t) => {
      const middleware = { server: { middlewareMode: true, ws: false, hmr: false }, appType: 'custom' }
      const create = async (more) => {
        const root = project(t)
        const customLogger = logger()
        const place = { port: 0, host: '127.0.0.1', ...more?.server }
        const options = { configFile: false, root, customLogger, plugins: [plugin('cors.toml')], optimizeDeps: { noDiscovery: true }, ...more, server: place }
        const server = await vite.createServer(options)
        t.after(() => server.close())
        return { server, root, printed: customLogger.printed }
      }
      const reads = ({ printed }) => printed.filter((text) => text.includes('corsac: the policy was read again')).length
      const closed = [await create(middleware), await create(), await start(t, { vite }), await start(t, { vite, kind: 'preview' })]
      for (const { server } of closed) await server.close()
      const restarted = [await create(middleware), await start(t, { vite })]
      for (const { server } of restarted) {
        await server.restart()
        await server.restart()
      }
      const all = [...closed, ...restarted]
      for (const { root } of all) fs.writeFileSync(path.join(root, 'cors.toml'), `${POLICY} `)
      await until('the restarted servers read the file', () => restarted.every((server) => reads(server) > 0))
      // Long enough for several more checks of the file.
      await wait(1000)
      assert.deepEqual(all.map(reads), [0, 0, 0, 0, 1, 1])
      for (const { server } of restarted) await server.close()
      for (const { root } of restarted) fs.writeFileSync(path.join(root, 'cors.toml'), `${POLICY}  `)
      await wait(1000)
      assert.deepEqual(restarted.map(reads), [1, 1])
    })

    await t.test('options, and a server with a wrong policy', async (t) => {
      const decisions = []
      const settings = { onDecision: ({ reason }) => { decisions.push(reason) } }
      const { port } = await start(t, { vite, given: { allowOrigins: [ORIGIN] }, settings })
      assert.equal(cors(await send(port, { path: '/main.js', headers: { origin: ORIGIN } }))['allow-origin'], ORIGIN)
      assert.deepEqual(decisions, ['origin-allowed'])
      const policies = new corsac.Reloadable(new corsac.Policy({ allowOrigins: [] }))
      const swapped = await start(t, { vite, given: policies })
      policies.swap(new corsac.Policy({ allowOrigins: [ORIGIN] }))
      assert.equal(cors(await send(swapped.port, { path: '/main.js', headers: { origin: ORIGIN } }))['allow-origin'], ORIGIN)
      assert.throws(() => plugin(), /write the path of a policy file/)
      for (const kind of ['createServer', 'preview']) {
        await assert.rejects(start(t, { vite, kind, root: project(t, 'allow_origins = ["x/"]') }), (error) => error instanceof corsac.ConfigError)
        await assert.rejects(start(t, { vite, kind, given: 'missing.toml' }), { code: 'ENOENT' })
      }
    })
  })
}
