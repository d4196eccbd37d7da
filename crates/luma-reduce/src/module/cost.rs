//! How large a module is: what every accepted change lowers.
//!
//! The weights say which of two things a reader would rather see. An operand that became a constant
//! is worth the constant; a plain value is worth less than any operation it takes the place of.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Linkage, Module, Type, TypeData};

use super::values::{is_constant, is_plain};

const FUNCTION: u64 = 24;
const PARAMETER: u64 = 4;
const RESULT: u64 = 4;
const GLOBAL: u64 = 8;
const STRUCT: u64 = 4;
const FIELD: u64 = 3;
const BLOCK: u64 = 3;
const REGION: u64 = 3;
const OPERATION: u64 = 10;
const CONSTANT: u64 = 2;
const LOCAL: u64 = 6;
const ZERO: u64 = 3;
const OPERAND: u64 = 4;
const PLAIN_OPERAND: u64 = 1;

/// The size of a module.
pub(crate) fn cost(module: &Module) -> u64 {
    let structs: u64 =
        module.structs.values().map(|def| STRUCT + FIELD * def.fields.len() as u64).sum();
    let globals: u64 = module
        .globals
        .values()
        .map(|global| GLOBAL + weight(global.init.as_ref()) + elements(module, global.ty))
        .sum();
    let functions: u64 = module.functions.values().map(function).sum();
    structs + globals + functions
}

fn function(f: &Function) -> u64 {
    let mut sum = FUNCTION + PARAMETER * f.params.len() as u64 + RESULT * f.results.len() as u64;
    sum += 2 * f.attributes.len() as u64 + u64::from(f.linkage == Linkage::Public);
    let block = |block: luma_ir::Block| BLOCK + PARAMETER * f.block_args(block).len() as u64;
    sum += f.blocks(f.body()).iter().map(|&b| block(b)).sum::<u64>();
    f.walk(&mut |op| {
        sum += match f.op_name(op) {
            name if is_constant(name) => CONSTANT,
            luma::Local::NAME => LOCAL,
            luma::Zero::NAME => ZERO,
            _ => OPERATION,
        };
        for &value in f.used_values(op) {
            sum += if is_plain(f, value) { PLAIN_OPERAND } else { OPERAND };
        }
        sum += f.results(op).len() as u64 + f.successors(op).len() as u64;
        sum += f.attributes(op).iter().map(|(_, value)| weight(Some(value))).sum::<u64>();
        for &region in f.op_regions(op) {
            sum += REGION + f.blocks(region).iter().map(|&b| block(b)).sum::<u64>();
        }
    });
    sum
}

/// How much there is to read in an attribute.
pub(crate) fn weight(attribute: Option<&Attribute>) -> u64 {
    let mut sum = 0;
    // An explicit stack: attributes nest as deep as text does.
    let mut stack: Vec<&Attribute> = attribute.into_iter().collect();
    while let Some(attribute) = stack.pop() {
        sum += match attribute {
            Attribute::Unit | Attribute::Bool(false) => 0,
            Attribute::Bool(true) | Attribute::Type(_) | Attribute::Symbol(_) => 1,
            Attribute::Int(value, _) => match value.unsigned_abs() {
                small @ 0..=64 => small,
                large => 64 + u64::from(large.ilog2()),
            },
            Attribute::Float(value, _) if *value == 0.0 => 0,
            Attribute::Float(value, _) if *value == 1.0 => 1,
            Attribute::Float(..) => 4,
            Attribute::Str(bytes) => bytes.len() as u64,
            Attribute::Array(items) => {
                stack.extend(items.iter());
                1 + items.len() as u64
            }
        };
    }
    sum
}

/// Bits of the number of elements of an array type.
fn elements(module: &Module, mut ty: Type) -> u64 {
    let mut sum = 0;
    while let TypeData::Array(length, element) = module.context.type_data(ty) {
        sum += 1 + u64::from(length.checked_ilog2().unwrap_or(0));
        ty = element;
    }
    sum
}
