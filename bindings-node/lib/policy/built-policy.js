'use strict'

/** A compiled policy and its predicates: what `new Policy` is given by `fromJson` and its like. */
class BuiltPolicy {
  // Fields, which no setter on a prototype can intercept.
  compiled
  predicates

  constructor (compiled, predicates) {
    this.compiled = compiled
    this.predicates = predicates
  }
}

module.exports = { BuiltPolicy }
