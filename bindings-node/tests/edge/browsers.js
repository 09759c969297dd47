'use strict'

// Runs the vectors in browsers: a page loads a bundle, and sends the results to its server.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')

/** How many seconds one browser may take. The limit is high because the machine may be busy. */
const LONGEST = 120

const PAGE = '<!doctype html><meta charset="utf-8"><title>corsac</title><script type="module" src="/page.mjs"></script>'

const CHROMIUM = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

/** By name: the command that opens a page with a profile of its own. */
const BROWSERS = {
  chromium: (url, profile) => ['chromium', [...CHROMIUM, `--user-data-dir=${profile}`, url]],
  firefox: (url, profile) => ['firefox-esr', ['--headless', '--no-remote', '--profile', profile, url]],
  webkit: (url, profile) => ['xvfb-run', ['-a', '/usr/bin/python3', path.join(__dirname, 'webkit.py'), url, profile]]
}

/** A server for the page: its address, and a promise of what the page sends. */
function servePage (script) {
  return new Promise((resolve) => {
    let received
    const result = new Promise((resolve) => { received = resolve })
    const server = http.createServer((request, response) => {
      if (request.method === 'POST') {
        const pieces = []
        request.on('data', (piece) => pieces.push(piece)).on('end', () => {
          response.end()
          received(JSON.parse(Buffer.concat(pieces).toString()))
        })
        return
      }
      const isScript = request.url === '/page.mjs'
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? fs.readFileSync(script) : PAGE)
    })
    server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}/`, result }))
  })
}

async function inBrowser (name, script) {
  const { server, url, result } = await servePage(script)
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-browser-'))
  const [command, given] = BROWSERS[name](url, profile)
  const child = spawn(command, given, { stdio: 'ignore', detached: true, env: { ...process.env, HOME: profile } })
  let timer
  try {
    return await Promise.race([result, new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no results within ${LONGEST} s`)), LONGEST * 1000)
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`${command} ended with ${code}`)))
    })])
  } finally {
    clearTimeout(timer)
    child.removeAllListeners('exit')
    await ended(child)
    server.closeAllConnections()
    server.close()
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Ends a browser and the processes that it has started, which are one group. */
function ended (child) {
  return new Promise((resolve) => {
    child.on('exit', resolve)
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      resolve()
    }
  })
}

module.exports = { BROWSERS, inBrowser }
