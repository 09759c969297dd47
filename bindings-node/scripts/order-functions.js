'use strict'

// Orders the functions of a WebAssembly module so that similar ones are next to each other. Compression only finds
// what two functions have in common if they are less than 32 KB apart.

/** The first bytes of a module's sections. */
const CODE = 10
const IMPORT = 2
/** How many bytes in a row two functions must have in common. */
const RUN = 6
/** A run of bytes that occurs in more functions than this says nothing about similarity. */
const COMMON = 500
/** This is added to lengths, so that a small function that has little in common with others does not count as similar. */
const SMALL = 50
/** A function is compared with the functions in this many bytes before it, which are still within reach when it is compressed. */
const BEFORE = 20_000

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

/**
 * Returns the lists of each function: one list for each run of bytes that the function shares with others. A list contains the
 * indices of all functions in which the run occurs, and all these functions have the same list object.
 */
function sharing (functions) {
  const having = new Map()
  functions.forEach((body, index) => {
    const runs = new Set()
    for (let at = 0; at + RUN <= body.length; at++) runs.add(body.readUIntLE(at, RUN))
    for (const run of runs) having.has(run) ? having.get(run).push(index) : having.set(run, [index])
  })
  const lists = functions.map(() => [])
  for (const list of having.values()) {
    if (list.length > 1 && list.length <= COMMON) for (const index of list) lists[index].push(list)
  }
  return lists
}

/** The indices of the functions, each followed by the one that has most in common with it and those before it. */
function similar (functions) {
  const lists = sharing(functions)
  const left = new Set(functions.keys())
  const order = []
  /** For the list of each run: how many of the functions already placed, and still within reach, contain that run. */
  const before = new Map()
  /** How many runs each function has in common with those before. */
  const common = functions.map(() => 0)
  let size = 0
  let oldest = 0
  const enter = (index) => {
    for (const list of lists[index]) {
      const count = before.get(list) ?? 0
      before.set(list, count + 1)
      if (count === 0) for (const other of list) common[other]++
    }
    size += functions[index].length
  }
  const leave = (index) => {
    for (const list of lists[index]) {
      const count = before.get(list) - 1
      before.set(list, count)
      if (count === 0) for (const other of list) common[other]--
    }
    size -= functions[index].length
  }
  const likeness = (index) => common[index] / (SMALL + functions[index].length)
  while (left.size > 0) {
    let next = left.values().next().value
    for (const index of left) if (likeness(index) > likeness(next)) next = index
    left.delete(next)
    order.push(next)
    enter(next)
    while (size > BEFORE && oldest < order.length - 1) leave(order[oldest++])
  }
  return order
}

/** The module with names that sort its functions in a good order, for `wasm-opt --reorder-functions-by-name`. */
function withSortableNames (module) {
  const first = imports(module)
  const places = new Map(similar(bodies(module)).map((index, place) => [index, place]))
  const name = (index) => Buffer.concat([leb128(first + index), counted(Buffer.from(String(places.get(index)).padStart(8, '0')))])
  const names = Buffer.concat([leb128(places.size), ...Array.from(places.keys()).sort((a, b) => a - b).map(name)])
  // Subsection 1 of the section `name` has the names of functions.
  const content = Buffer.concat([counted(Buffer.from('name')), Buffer.from([1]), counted(names)])
  return Buffer.concat([module, Buffer.from([0]), counted(content)])
}

module.exports = { withSortableNames }
