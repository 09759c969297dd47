'use strict'

/**
 * A compiled policy and its predicates. `fromJson` and similar functions pass it to `new Policy`.
 */
class BuiltPolicy {
  // These are class fields, so that no setter on a prototype can intercept them.
  compiled
  predicates

  constructor (compiled, predicates) {
    this.compiled = compiled
    this.predicates = predicates
  }
}

module.exports = { BuiltPolicy }
