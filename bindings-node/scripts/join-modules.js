'use strict'

// Joins the modules that `require('corsac')` loads into one file of the published package. Node needs more than twice as long to find,
// read and compile them as separate files. The separate files remain, but each only names its module in the joined file, so whoever
// requires it gets the same module. Modules that are required inside functions stay files of their own.

const fs = require('node:fs')
const path = require('node:path')
const esbuild = require('esbuild')

const JOINED = 'lib/modules.js'

/** The file begins with this. The functions of modules are in parentheses, which makes V8 compile them at once, and not twice. */
const LOADER = `'use strict'

// The modules that corsac loads first, in one file, which Node loads faster. They are in the repository as separate files.

const loaded = new Map()

/** Loads a module of this file, once, as \`require\` would. */
function loadJoined (name) {
  let module = loaded.get(name)
  if (module === undefined) {
    module = { exports: {} }
    loaded.set(name, module)
    try {
      MODULES[name](module)
    } catch (error) {
      // As with \`require\`, whoever tries again gets the same error, and not the rest of a module.
      loaded.delete(name)
      throw error
    }
  }
  return module.exports
}

module.exports = loadJoined

const MODULES = {
`

/**
 * @param {string} folder the package, whose files are changed
 * @param {string} version the only field of the package's manifest that its modules read
 */
function joinModules (folder, version) {
  const sources = new Map()
  const add = (name) => {
    if (sources.has(name)) return
    const source = fs.readFileSync(path.join(folder, name), 'utf8')
    sources.set(name, source)
    for (const id of requiredAtOnce(source)) {
      const wanted = path.posix.join(path.posix.dirname(name), id)
      if (wanted !== 'package.json') add(wanted)
    }
  }
  add('index.js')
  const functions = [...sources].map(([name, source]) => `'${name}': (function (module) {\n${inJoinedFile(name, source, sources)}})`)
  functions.push(`'package.json': (function (module) { module.exports = ${JSON.stringify({ version })} })`)
  fs.writeFileSync(path.join(folder, JOINED), withoutComments(`${LOADER}${functions.join(',\n')}\n}\n`))
  useJoined(folder, sources)
  for (const [name, source] of sources) {
    const id = path.posix.relative(path.posix.dirname(name), JOINED)
    fs.writeFileSync(path.join(folder, name), `'use strict'\n\nmodule.exports = require('./${id}')('${name}')\n${namesOf(source)}`)
  }
}

/**
 * The same code without comments and in ASCII, in lines that can still be read in a stack trace. Node needs half as many instructions to
 * compile it: V8 reads comments as well, and keeps a text that is not ASCII in two bytes for each character.
 */
function withoutComments (code) {
  return esbuild.transformSync(code, { charset: 'ascii', legalComments: 'none', platform: 'node', target: 'node20' }).code
}

/** The modules of the package that a module requires when it is loaded; others are required inside functions, if they are needed. */
function requiredAtOnce (source) {
  return [...source.matchAll(/^const .*= require\('(\.[^']+)'\)/gm)].map(([, id]) => id)
}

/**
 * The code of a module as it is in the joined file. Whatever depends on the module's own folder is worked out here. When the package did
 * that while it was being loaded, this took a third of the instructions for loading it, because V8 also compiled Node's `path.join` to
 * machine code.
 *
 * A module that is not joined is required by a constant name, so that tools that copy only the files of a package that are used, such as
 * those of Next.js, find it.
 */
function inJoinedFile (name, source, sources) {
  const folder = path.posix.dirname(name)
  const fromJoined = (wanted) => path.posix.relative(path.posix.dirname(JOINED), wanted)
  return source
    .replace(/\brequire\('(\.[^']+)'\)/g, (_, id) => {
      const wanted = path.posix.join(folder, id)
      return wanted === 'package.json' || sources.has(wanted) ? `loadJoined('${wanted}')` : `require('./${fromJoined(wanted)}')`
    })
    .replace(/\b__dirname\b/g, () => fromJoined(folder) === '' ? '__dirname' : `require('node:path').join(__dirname, '${fromJoined(folder)}')`)
}

/** Code that never runs, in which Node finds the names that ECMAScript modules can import. */
function namesOf (source) {
  const names = [...source.matchAll(/^module\.exports\.(\w+) = /gm)].map(([, name]) => name)
  return names.length === 0 ? '' : `0 && (module.exports = { ${names.map((name) => `${name}: 0`).join(', ')} })\n`
}

/** Lets the modules that are not joined require the joined file directly, and not the separate files that refer to it. */
function useJoined (folder, sources) {
  const files = fs.readdirSync(path.join(folder, 'lib'), { recursive: true }).map((file) => `lib/${file.replaceAll(path.sep, '/')}`)
  for (const name of files.filter((file) => file.endsWith('.js') && file !== JOINED && !sources.has(file))) {
    const file = path.join(folder, name)
    const here = path.posix.dirname(name)
    const id = path.posix.relative(here, JOINED)
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/\brequire\('(\.[^']+)'\)/g, (whole, wanted) => {
      const module = path.posix.join(here, wanted)
      return sources.has(module) ? `require('${id.startsWith('.') ? id : `./${id}`}')('${module}')` : whole
    }))
  }
}

module.exports = { joinModules }
