'use strict'

// Orders the functions of a WebAssembly module so that similar ones are next to each other. Compression only finds
// what two functions have in common if they are less than 32 KB apart.

/** The first bytes of a module's sections. */
const CODE = 10
const IMPORT = 2
/** The functions that are called most are first, because the numbers below this have one byte. They stay there. */
const SHORT_NUMBERS = 128
/** How many bytes in a row two functions must have in common. */
const RUN = 5
/** Runs in more functions than this say nothing about similarity. */
const COMMON = 200
/** Small functions that have little in common with another are not similar to it. */
const SMALL = 100

/** Reads a module, or a part of one. */
class Reader {
  constructor (bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** An unsigned number in LEB128. */
  number () {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++]
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  take (length) {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}

function leb128 (number) {
  const bytes = []
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number & 127) | 128)
  return Buffer.from([...bytes, number])
}

const counted = (bytes) => Buffer.concat([leb128(bytes.length), bytes])

/** The contents of a section. */
function section (module, wanted) {
  for (const reader = new Reader(module, 8); reader.at < module.length;) {
    const kind = reader.take(1)[0]
    const content = reader.take(reader.number())
    if (kind === wanted) return new Reader(content)
  }
  throw new Error(`the module has no section ${wanted}`)
}

/** The bodies of all functions. */
function bodies (module) {
  const code = section(module, CODE)
  return Array.from({ length: code.number() }, () => code.take(code.number()))
}

/** How many functions the module imports. It imports nothing else. */
function imports (module) {
  return section(module, IMPORT).number()
}

/** The runs of bytes in a function, as numbers. */
function runs (body) {
  const found = new Set()
  for (let at = 0; at + RUN <= body.length; at++) found.add(body.readUIntLE(at, RUN))
  return [...found]
}

/** The indices of the functions, each followed by the one that is most similar to it. */
function similar (functions) {
  const all = functions.map(runs)
  const having = new Map()
  all.forEach((runs, index) => {
    if (index < SHORT_NUMBERS) return
    for (const run of runs) having.has(run) ? having.get(run).push(index) : having.set(run, [index])
  })
  const left = new Set(functions.keys())
  const order = []
  let next = 0
  while (left.size > 0) {
    left.delete(next)
    order.push(next)
    if (order.length < Math.min(SHORT_NUMBERS, functions.length)) {
      next = order.length
      continue
    }
    const shared = new Map()
    for (const run of all[next]) {
      const others = having.get(run) ?? []
      if (others.length > COMMON) continue
      for (const other of others) if (left.has(other)) shared.set(other, (shared.get(other) ?? 0) + 1)
    }
    next = left.values().next().value
    let most = 0
    for (const [other, count] of shared) {
      const likeness = count / (SMALL + all[other].length)
      if (likeness > most) [most, next] = [likeness, other]
    }
  }
  return order
}

/** The module with names that sort its functions in a good order, for `wasm-opt --reorder-functions-by-name`. */
function withSortableNames (module) {
  const first = imports(module)
  const places = new Map(similar(bodies(module)).map((index, place) => [index, place]))
  const name = (index) => Buffer.concat([leb128(first + index), counted(Buffer.from(String(places.get(index)).padStart(8, '0')))])
  const names = Buffer.concat([leb128(places.size), ...Array.from(places.keys()).sort((a, b) => a - b).map(name)])
  // The subsection 1 of the section `name` has the names of functions.
  const content = Buffer.concat([counted(Buffer.from('name')), Buffer.from([1]), counted(names)])
  return Buffer.concat([module, Buffer.from([0]), counted(content)])
}

module.exports = { withSortableNames }
