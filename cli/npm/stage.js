'use strict'

// Prepares the packages for publishing: `corsac-cli`, and one package with the program for each platform.
// npm installs the one for the machine's platform.
// node cli/npm/stage.js <folder> <triple>=<program> …     (triples: linux-x64-gnu, darwin-arm64, win32-x64-msvc, …)

const fs = require('node:fs')
const path = require('node:path')
const manifest = require('./package.json')
const { layOut } = require('../../bindings-node/scripts/platform-packages.js')

layOut({
  usage: 'node cli/npm/stage.js <folder> <triple>=<program> …',
  manifest,
  describe (triple, os) {
    const file = os === 'win32' ? 'corsac.exe' : 'corsac'
    return { name: `@corsac/cli-${triple}`, description: `The command corsac for ${triple}`, file, mode: 0o755 }
  },
  fill (folder) {
    fs.cpSync(path.join(__dirname, 'bin'), path.join(folder, 'bin'), { recursive: true })
    fs.copyFileSync(path.join(__dirname, '..', 'README.md'), path.join(folder, 'README.md'))
    return manifest
  }
})
