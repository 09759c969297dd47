// Keeps every instance of the module, so that a test can cause one of them to trap. Import it before corsac.
export const instances = []

const { Instance } = WebAssembly

WebAssembly.Instance = class extends Instance {
  constructor (...given) {
    super(...given)
    instances.push(this)
  }
}
