// A product with 8 is a shift by 3.
pdl.pattern @mul_by_eight : benefit(1) {
  %type = pdl.type : i64
  %eight = pdl.attribute = 8 : i64
  %constant = pdl.operation "arith.constant" {"value" = %eight} -> (%type : !pdl.type)
  %factor = pdl.result 0 of %constant
  %value = pdl.operand : %type
  %root = pdl.operation "arith.muli"(%value, %factor : !pdl.value, !pdl.value) -> (%type : !pdl.type)
  pdl.rewrite %root {
    %three = pdl.attribute = 3 : i64
    %count = pdl.operation "arith.constant" {"value" = %three} -> (%type : !pdl.type)
    %by = pdl.result 0 of %count
    %shift = pdl.operation "arith.shli"(%value, %by : !pdl.value, !pdl.value) -> (%type : !pdl.type)
    pdl.replace %root with %shift
  }
}
