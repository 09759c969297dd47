'use strict'

// Policies that are swapped, read again and watched, while requests run.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')
const { pathToFileURL } = require('node:url')
const test = require('node:test')
const corsac = require('corsac')
const { HOSTS } = require('./hosts.js')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const { ConfigError, Policy, Reloadable } = corsac
const text = (origin) => `allow_origins = ["${origin}"]\n`
const allows = (reloadable, origin) => reloadable.policy.evaluate({ method: 'GET', headers: { origin } }).reason === 'origin-allowed'

/** A policy file in its own folder. */
function file (t, content = text(ORIGIN)) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const name = path.join(folder, 'cors.toml')
  fs.writeFileSync(name, content)
  return name
}

/** Watches the file, and records the events. */
function watch (t, name, options) {
  const reloadable = Reloadable.fromFile(name)
  const seen = []
  reloadable.watch({ interval: 20, onReload: () => seen.push('reload'), onError: (error) => seen.push(error.code), ...options })
  t.after(() => reloadable.close())
  /** Waits until there were this many events, and a little longer, so that additional ones would be noticed. */
  const until = async (count) => {
    for (let i = 0; i < 150 && seen.length < count; i++) await wait(20)
    await wait(100)
    return seen
  }
  return { reloadable, seen, until }
}

test('swap', async (t) => {
  const first = new Policy({ allowOrigins: [ORIGIN] })
  const second = new Policy({ allowOrigins: [OTHER] })
  const reloadable = new Reloadable(first)
  for (const [name, [prefix, create]] of Object.entries(HOSTS)) {
    reloadable.swap(first)
    const port = await listen(t, await create({ policy: reloadable, run () {} }))
    const get = async (origin) => cors(await send(port, { path: `${prefix}/x`, headers: { origin } }))['allow-origin']
    assert.deepEqual([await get(ORIGIN), await get(OTHER)], [ORIGIN, undefined], name)
    assert.equal(reloadable.swap(second), first)
    assert.equal(reloadable.policy, second)
    assert.deepEqual([await get(ORIGIN), await get(OTHER)], [undefined, OTHER], name)
  }
  const delegate = await listen(t, await HOSTS.express[1]({ policy: () => reloadable, run () {} }))
  assert.equal(cors(await send(delegate, { headers: { origin: OTHER } }))['allow-origin'], OTHER)
})

test('a request keeps the policy with which it began', async (t) => {
  let answer
  const reloadable = new Reloadable(new Policy({ allowOrigin: () => new Promise((resolve) => { answer = resolve }), exposeHeaders: ['x-old'] }))
  const port = await listen(t, await HOSTS.express[1]({ policy: reloadable, run () {} }))
  const waiting = send(port, { headers: { origin: ORIGIN } })
  while (answer === undefined) await wait(1)
  reloadable.swap(new Policy({ allowOrigins: [] }))
  answer(true)
  assert.deepEqual(cors(await waiting), { 'allow-origin': ORIGIN, 'expose-headers': 'x-old', vary: 'Origin' })
})

test('reload: from a file, and its errors', (t) => {
  const name = file(t)
  for (const path of [name, pathToFileURL(name)]) {
    fs.writeFileSync(name, text(ORIGIN))
    const reloadable = Reloadable.fromFile(path)
    assert(allows(reloadable, ORIGIN))
    fs.writeFileSync(name, text(OTHER))
    assert(!allows(reloadable, OTHER))
    assert.equal(reloadable.reload(), reloadable.policy)
    assert(allows(reloadable, OTHER) && !allows(reloadable, ORIGIN))
    const before = reloadable.policy
    fs.writeFileSync(name, '# one\nallow_origins = [\n  "https://b.example/",\n]\n')
    assert.throws(() => reloadable.reload(), (error) => {
      assert(error instanceof ConfigError && error.message.includes(name))
      const [{ code, field, line }] = error.issues
      assert.deepEqual([code, field, line], ['origin-trailing-slash', 'allow_origins[0]', 3])
      return true
    })
    fs.writeFileSync(name, 'allow_origins = [')
    assert.throws(() => reloadable.reload(), ConfigError)
    fs.rmSync(name)
    assert.throws(() => reloadable.reload(), { code: 'ENOENT', syscall: 'open', path: name })
    assert.equal(reloadable.policy, before)
    assert(allows(reloadable, OTHER))
  }
})

test('a function can be given together with a file', async (t) => {
  const name = file(t, 'allow_origins = []\n')
  let asked = 0
  const functions = { allowOrigin: (origin) => { asked++; return origin === ORIGIN }, predicateCache: { size: 10, ttl: 60 } }
  const reloadable = Reloadable.fromFile(name, functions)
  assert(allows(reloadable, ORIGIN) && allows(reloadable, ORIGIN) && !allows(reloadable, OTHER))
  assert.equal(asked, 2)
  reloadable.reload()
  assert(allows(reloadable, ORIGIN))
  assert.equal(asked, 3)
  assert(allows({ policy: Policy.fromFile(name, functions) }, ORIGIN))
})

test('wrong calls', (t) => {
  const policy = new Policy({ allowOrigins: [] })
  for (const value of [undefined, {}, { allowOrigins: [] }, 'cors.toml']) {
    assert.throws(() => new Reloadable(value), /^TypeError: corsac: a Reloadable holds a Policy/)
    assert.throws(() => new Reloadable(policy).swap(value), TypeError)
  }
  const reloadable = new Reloadable(policy)
  assert.throws(() => reloadable.reload(), /there is no file to reload: write `Reloadable\.fromFile/)
  assert.throws(() => reloadable.watch(), /there is no file to watch/)
  reloadable.close()
  const name = file(t)
  assert.throws(() => Reloadable.fromFile(`${name}.none`), { code: 'ENOENT', path: `${name}.none` })
  assert.throws(() => Reloadable.fromFile(path.dirname(name)), { code: 'EISDIR' })
  for (const path of [undefined, 1, Buffer.from(name)]) assert.throws(() => Reloadable.fromFile(path), TypeError)
  const watched = Reloadable.fromFile(name)
  for (const options of [{ interval: 0 }, { interval: '5' }, { interval: NaN }, { onReload: 1 }, { onError: {} }, { every: 5 }]) {
    assert.throws(() => watched.watch(options), TypeError, JSON.stringify(options))
  }
  assert.equal(watched.watch(), watched)
  assert.throws(() => watched.watch(), /is already being watched/)
  watched.close()
  watched.close()
  fs.rmSync(name)
  assert.throws(() => watched.watch(), { code: 'ENOENT' })
})

test('watch: a file that is renamed into place', async (t) => {
  const name = file(t)
  const { reloadable, until } = watch(t, name)
  fs.writeFileSync(`${name}.new`, text(OTHER))
  fs.renameSync(`${name}.new`, name)
  assert.deepEqual(await until(1), ['reload'])
  assert(allows(reloadable, OTHER))
})

test('watch: an editor that empties the file and writes it', async (t) => {
  const name = file(t)
  const { reloadable, until } = watch(t, name, { interval: 60 })
  const handle = fs.openSync(name, 'w')
  for (const part of text(OTHER).match(/.{1,8}/gs)) {
    fs.writeSync(handle, part)
    await wait(15)
  }
  fs.closeSync(handle)
  assert.deepEqual(await until(1), ['reload'])
  assert(allows(reloadable, OTHER))
})

test('watch: Kubernetes swaps a link further up', async (t) => {
  const folder = path.dirname(file(t))
  for (const [version, origin] of [['1', ORIGIN], ['2', OTHER]]) {
    fs.mkdirSync(path.join(folder, `..${version}`))
    fs.writeFileSync(path.join(folder, `..${version}`, 'map.toml'), text(origin))
  }
  fs.symlinkSync('..1', path.join(folder, '..data'))
  fs.symlinkSync('..data/map.toml', path.join(folder, 'map.toml'))
  const { reloadable, until } = watch(t, path.join(folder, 'map.toml'))
  assert(allows(reloadable, ORIGIN))
  fs.symlinkSync('..2', path.join(folder, '..data_tmp'))
  fs.renameSync(path.join(folder, '..data_tmp'), path.join(folder, '..data'))
  fs.rmSync(path.join(folder, '..1'), { recursive: true })
  assert.deepEqual(await until(1), ['reload'])
  assert(allows(reloadable, OTHER))
})

test('watch: a file that vanishes is reported once, and the policy stays; it may come back', async (t) => {
  const name = file(t)
  const { reloadable, until } = watch(t, name)
  fs.rmSync(name)
  assert.deepEqual(await until(1), ['ENOENT'])
  assert(allows(reloadable, ORIGIN))
  fs.writeFileSync(name, text(OTHER))
  assert.deepEqual(await until(2), ['ENOENT', 'reload'])
  assert(allows(reloadable, OTHER))
})

test('watch: a file that is refused is reported once, and the policy stays', async (t) => {
  const name = file(t)
  const { reloadable, until } = watch(t, name)
  fs.writeFileSync(name, text('*.example.com'))
  assert.deepEqual(await until(1), ['ERR_CORSAC_CONFIG'])
  assert(allows(reloadable, ORIGIN))
  fs.writeFileSync(name, text(OTHER))
  assert.deepEqual(await until(2), ['ERR_CORSAC_CONFIG', 'reload'])
  assert(allows(reloadable, OTHER))
})

test('watch: without onError a warning; an error of a callback is one too', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code }) => warnings.push(code))
  t.after(() => process.removeAllListeners('warning'))
  const name = file(t)
  const fail = () => { throw new Error('mine') }
  const { reloadable } = watch(t, name, { onError: undefined, onReload: fail })
  fs.rmSync(name)
  for (let i = 0; i < 100 && warnings.length < 1; i++) await wait(20)
  fs.writeFileSync(name, text(OTHER))
  for (let i = 0; i < 100 && warnings.length < 3; i++) await wait(20)
  assert.deepEqual(warnings, ['CORSAC_RELOAD', 'CORSAC_RELOAD', 'CORSAC_HOOK'])
  assert(allows(reloadable, OTHER))
})

test('watch: without onError the recovery is a warning too, and a reload without a failure is not', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ message }) => warnings.push(message))
  t.after(() => process.removeAllListeners('warning'))
  const name = file(t)
  const { seen } = watch(t, name, { onError: undefined })
  const reload = async (origin, count) => {
    fs.writeFileSync(name, text(origin))
    for (let i = 0; i < 150 && seen.length < count; i++) await wait(20)
  }
  await reload(OTHER, 1)
  assert.deepEqual(warnings, [])
  fs.writeFileSync(name, text('https://a.example/'))
  for (let i = 0; i < 100 && warnings.length < 1; i++) await wait(20)
  await reload(ORIGIN, 2)
  await wait(50)
  assert.deepEqual([warnings.length, warnings[1]], [2, `${name} is in force again`])
  await reload(OTHER, 3)
  assert.equal(warnings.length, 2)
})

test('watch: there is a warning for callbacks that reject, and the watch continues', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code, message }) => warnings.push([code, message]))
  t.after(() => process.removeAllListeners('warning'))
  const name = file(t)
  const fail = async () => { throw new Error('mine') }
  const { reloadable } = watch(t, name, { onError: fail, onReload: fail })
  fs.rmSync(name)
  for (let i = 0; i < 100 && warnings.length < 1; i++) await wait(20)
  fs.writeFileSync(name, text(OTHER))
  for (let i = 0; i < 100 && warnings.length < 2; i++) await wait(20)
  assert.deepEqual(warnings, ['onError', 'onReload'].map((hook) => ['CORSAC_HOOK', `${hook} failed: Error: mine`]))
  assert(allows(reloadable, OTHER))
})

test('watch: after close, it reports nothing more', async (t) => {
  const name = file(t)
  const { reloadable, seen } = watch(t, name)
  reloadable.close()
  fs.writeFileSync(name, text(OTHER))
  await wait(150)
  assert.deepEqual(seen, [])
  assert(allows(reloadable, ORIGIN))
})

test('watch: it does not keep the process alive', (t) => {
  const script = `require('corsac').Reloadable.fromFile(${JSON.stringify(file(t))}).watch({ interval: 10 }); setTimeout(() => {}, 100)`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: `${__dirname}/..`, encoding: 'utf8', timeout: 10_000 })
  assert.deepEqual([status, stderr], [0, ''])
})

test('a thousand reloads under load: every response belongs to a single policy', async (t) => {
  const name = file(t)
  // Each policy shows its number in three headers, which have to agree.
  const write = (number) => fs.writeFileSync(name, `
    allow_origins = ["https://even.example", "https://odd.example"]
    expose_headers = ["x-${number}"]
    max_age = ${number}
    [[routes]]
    path = "/only"
    allow_origins = ["https://${number % 2 ? 'odd' : 'even'}.example"]
    expose_headers = ["x-${number}"]`)
  write(0)
  const reloadable = Reloadable.fromFile(name)
  const port = await listen(t, await HOSTS.express[1]({ policy: reloadable, run () {} }))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  t.after(() => agent.destroy())
  let isOver = false
  let count = 0
  let newest = 0
  const load = async () => {
    while (!isOver) {
      const oldest = newest
      const parity = count % 2 ? 'odd' : 'even'
      const isPreflight = count % 3 === 0
      const path = count % 5 === 0 ? '/only' : '/'
      const answer = await send(port, {
        agent, path, method: isPreflight ? 'OPTIONS' : 'GET',
        headers: { origin: `https://${parity}.example`, ...(isPreflight && { 'access-control-request-method': 'GET' }) }
      })
      const found = cors(answer)
      const isRefused = found['allow-origin'] === undefined
      const number = Number(isPreflight ? found['max-age'] : found['expose-headers']?.slice(2))
      if (isRefused) {
        assert.deepEqual([path, Object.keys(found)], ['/only', ['vary']])
      } else {
        assert.equal(found['allow-origin'], `https://${parity}.example`)
        assert(number >= oldest && number <= newest, `${number}, not ${oldest} to ${newest}`)
      }
      count++
    }
  }
  const clients = Array.from({ length: 8 }, load)
  for (let number = 1; number <= 1000; number++) {
    write(number)
    newest = number
    reloadable.reload()
    if (number % 100 === 50) {
      fs.writeFileSync(name, 'allow_origins = [')
      assert.throws(() => reloadable.reload(), ConfigError)
    }
    if (number % 4 === 0) await new Promise(setImmediate)
  }
  isOver = true
  await Promise.all(clients)
  t.diagnostic(`${count} requests`)
  assert(count > 50, `${count} requests`)
  assert.equal(reloadable.policy.evaluate({ method: 'GET', path: '/', headers: { origin: 'https://odd.example' } }).headers[1][1], 'x-1000')
})

test('a preflight that was allowed is decided again after a swap', async (t) => {
  const allowing = (...allowMethods) => new Policy({ allowOrigins: [ORIGIN], allowMethods })
  const [first, second] = [allowing('PUT'), allowing('DELETE')]
  const [PUT, DELETE] = ['GET, HEAD, POST, PUT', 'GET, HEAD, POST, DELETE']
  const reloadable = new Reloadable(first)
  for (const [name, [prefix, create]] of Object.entries(HOSTS)) {
    reloadable.swap(first)
    const port = await listen(t, await create({ policy: reloadable, run () {} }))
    const methods = async () => cors(await send(port, { path: `${prefix}/x`, method: 'OPTIONS', headers: preflight(ORIGIN, 'PUT') }))['allow-methods']
    assert.deepEqual([await methods(), await methods()], [PUT, PUT], name)
    reloadable.swap(second)
    assert.deepEqual([await methods(), await methods()], [DELETE, DELETE], name)
    reloadable.swap(first)
    assert.equal(await methods(), PUT, name)
  }
})
