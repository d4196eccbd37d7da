// Simplifies the module with the patterns of its dialects.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %simpler = transform.apply_registered_pass "canonicalize" to %module : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
