'use strict'

// Lays the packages out for publishing: `corsac-cli`, and one package for each platform with the program, of which npm
// installs the one that fits.
// node cli/npm/stage.js <folder> <triple>=<program> …     (triples: linux-x64-gnu, darwin-arm64, win32-x64-msvc, …)

const fs = require('node:fs')
const path = require('node:path')
const manifest = require('./package.json')

const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl' }

function write (folder, name, value) {
  fs.writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2) + '\n')
}

/** The package of one platform. */
function platform (folder, triple, program) {
  const [os, cpu, abi] = triple.split('-')
  const file = os === 'win32' ? 'corsac.exe' : 'corsac'
  const name = `@corsac/cli-${triple}`
  fs.mkdirSync(folder, { recursive: true })
  fs.copyFileSync(program, path.join(folder, file))
  fs.chmodSync(path.join(folder, file), 0o755)
  const { version, license, engines } = manifest
  const libc = os === 'linux' ? { libc: [LIBC[abi]] } : {}
  write(folder, 'package.json', {
    name, version, description: `The command corsac for ${triple}`, license, engines, os: [os], cpu: [cpu], ...libc, files: [file]
  })
  return name
}

function stage (target, programs) {
  const names = programs.map(([triple, program]) => platform(path.join(target, triple), triple, program))
  const folder = path.join(target, 'corsac-cli')
  fs.mkdirSync(folder, { recursive: true })
  fs.cpSync(path.join(__dirname, 'bin'), path.join(folder, 'bin'), { recursive: true })
  fs.copyFileSync(path.join(__dirname, '..', 'README.md'), path.join(folder, 'README.md'))
  write(folder, 'package.json', { ...manifest, optionalDependencies: Object.fromEntries(names.map((name) => [name, manifest.version])) })
}

const [target, ...given] = process.argv.slice(2)
const programs = given.map((text) => text.split('='))
if (target === undefined || programs.length === 0 || programs.some((pair) => pair.length !== 2)) {
  console.error('usage: node cli/npm/stage.js <folder> <triple>=<program> …')
  process.exit(2)
}
stage(target, programs)
