// Asks the worker. If several calls of one kind wait, only the newest is made. A call that takes too long is ended.

/** Milliseconds. */
const LONGEST = 20_000

/** A browser with Trusted Types starts a worker only from an address that this policy has made. */
const trusted = globalThis.trustedTypes?.createPolicy('corsac-worker', {
  createScriptURL: (url) => {
    if (url !== WORKER) throw new TypeError('only the worker of the playground is started')
    return url
  }
})
const WORKER = new URL('./worker.js', import.meta.url).href

export class EngineError extends Error {}

export class Engine {
  #worker
  #running
  /** Calls that wait, by their names. */
  #waiting = new Map()
  #last = 0

  /**
   * @param {'examine' | 'edits' | 'read'} name
   * @param {object} given
   * @returns {Promise<object | undefined>} undefined if a newer call replaced this one
   */
  call (name, given) {
    return new Promise((resolve, reject) => {
      this.#waiting.get(name)?.resolve(undefined)
      this.#waiting.delete(name)
      this.#waiting.set(name, { name, given, resolve, reject })
      this.#next()
    })
  }

  #next () {
    if (this.#running !== undefined) return
    const [first] = this.#waiting.values()
    if (first === undefined) return
    this.#waiting.delete(first.name)
    this.#worker ??= this.#start()
    const id = ++this.#last
    const timer = setTimeout(() => this.#fail(`this takes more than ${LONGEST / 1000} seconds, so it was stopped`), LONGEST)
    this.#running = { ...first, id, timer }
    this.#worker.postMessage({ id, name: first.name, given: first.given })
  }

  #start () {
    const worker = new Worker(trusted?.createScriptURL(WORKER) ?? WORKER, { type: 'module' })
    worker.addEventListener('message', ({ data: { id, result, error } }) => {
      if (this.#running?.id !== id) return
      if (error !== undefined) return this.#fail(error)
      this.#done().resolve(result)
      this.#next()
    })
    worker.addEventListener('error', (event) => this.#fail(event.message || 'the worker cannot be started'))
    return worker
  }

  #done () {
    const running = this.#running
    clearTimeout(running?.timer)
    this.#running = undefined
    return running
  }

  /** After a failure the memory of the module can be in any state, so the next call gets a new worker. */
  #fail (message) {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#done()?.reject(new EngineError(message))
    this.#next()
  }
}
