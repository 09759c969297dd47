'use strict'

// Prepares the packages for publishing: `corsac` without an addon, and one package with the addon for each platform.
// npm installs the one for the machine's platform.
// node scripts/stage.js <folder> <triple>=<addon> …     (triples as in lib/native-addon.js: linux-x64-gnu, darwin-arm64, …)

const fs = require('node:fs')
const path = require('node:path')
const manifest = require('../package.json')
const { joinModules } = require('./join-modules.js')
const { layOut } = require('./platform-packages.js')

const ROOT = path.join(__dirname, '..')

layOut({
  usage: 'node scripts/stage.js <folder> <triple>=<addon> …',
  manifest,
  describe (triple) {
    const file = `corsac.${triple}.node`
    return { name: `@corsac/${triple}`, description: `The native addon of corsac for ${triple}`, file, main: file }
  },
  fill (folder) {
    const files = manifest.files.filter((file) => file !== '*.node')
    for (const file of [...files, 'README.md']) fs.cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true })
    joinModules(folder, manifest.version)
    const { devDependencies, scripts, ...rest } = manifest
    return { ...rest, files }
  }
})
