'use strict'

// Bundles the package with the tools that web developers use, without any configuration, and runs the results in
// Chromium.

const fs = require('node:fs')
const path = require('node:path')
const { inBrowser } = require('./browsers.js')

const ENTRY = path.join(__dirname, 'bundled.mjs')

/** By name: a function that bundles the entry, and returns the file. */
const BUNDLERS = {
  async esbuild (folder) {
    const outfile = path.join(folder, 'esbuild.js')
    // These are the defaults of its command line, which also work for browsers without modules.
    await require('esbuild').build({ entryPoints: [ENTRY], bundle: true, outfile, logLevel: 'warning' })
    return outfile
  },
  webpack (folder) {
    const webpack = require('webpack')
    const options = { mode: 'production', context: __dirname, entry: ENTRY, output: { path: folder, filename: 'webpack.js' } }
    return new Promise((resolve, reject) => {
      webpack(options, (error, stats) => {
        if (error ?? stats.hasErrors()) reject(error ?? new Error(stats.toString('errors-only')))
        else resolve(path.join(folder, 'webpack.js'))
      })
    })
  },
  async vite (folder) {
    const { build } = await import('vite')
    const root = path.join(folder, 'vite')
    fs.mkdirSync(root, { recursive: true })
    fs.writeFileSync(path.join(root, 'index.html'), `<!doctype html><script type="module" src="${path.relative(root, ENTRY)}"></script>`)
    // Vite looks for packages starting at the file that imports them.
    const { output } = await build({ root, logLevel: 'error', configFile: false })
    return path.join(root, 'dist', output.find(({ type, isEntry }) => type === 'chunk' && isEntry).fileName)
  }
}

/** @returns {(folder: string) => Promise<{ answers: number, vectors: object }>} */
const bundled = (name) => async (folder) => ({ answers: 0, vectors: await inBrowser('chromium', await BUNDLERS[name](folder)) })

module.exports = { BUNDLERS: Object.fromEntries(Object.keys(BUNDLERS).map((name) => [name, bundled(name)])) }
