'use strict'

// Lays the packages out for publishing: `corsac` without an addon, and one package for each platform with its own, of
// which npm installs the one that fits.
// node scripts/stage.js <folder> <triple>=<addon> …     (triples as in lib/native-addon.js: linux-x64-gnu, darwin-arm64, …)

const fs = require('node:fs')
const path = require('node:path')
const manifest = require('../package.json')

const ROOT = path.join(__dirname, '..')
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl' }

function write (folder, name, value) {
  fs.writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2) + '\n')
}

/** The package of one platform. */
function platform (folder, triple, addon) {
  const [os, cpu, abi] = triple.split('-')
  const file = `corsac.${triple}.node`
  const name = `@corsac/${triple}`
  fs.mkdirSync(folder, { recursive: true })
  fs.copyFileSync(addon, path.join(folder, file))
  const { version, license, engines } = manifest
  const libc = os === 'linux' ? { libc: [LIBC[abi]] } : {}
  write(folder, 'package.json', {
    name, version, description: `The native addon of corsac for ${triple}`, license, engines, os: [os], cpu: [cpu], ...libc, main: file, files: [file]
  })
  return name
}

function stage (target, addons) {
  const names = addons.map(([triple, addon]) => platform(path.join(target, triple), triple, addon))
  const folder = path.join(target, 'corsac')
  fs.mkdirSync(folder, { recursive: true })
  const files = manifest.files.filter((file) => file !== '*.node')
  for (const file of [...files, 'README.md']) fs.cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true })
  const { devDependencies, scripts, ...rest } = manifest
  write(folder, 'package.json', { ...rest, files, optionalDependencies: Object.fromEntries(names.map((name) => [name, manifest.version])) })
}

const [target, ...given] = process.argv.slice(2)
const addons = given.map((text) => text.split('='))
if (target === undefined || addons.length === 0 || addons.some((pair) => pair.length !== 2)) {
  console.error('usage: node scripts/stage.js <folder> <triple>=<addon> …')
  process.exit(2)
}
stage(target, addons)
