//! `shift-multiplications`: a multiplication by a power of two becomes a shift.
//!
//! *Before:* any function.
//!
//! *After:* no `luma.mul` of an `i64` has a constant second operand between 2 and 2 to the power of
//! `max-shift` that is a power of two.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Builder, Function, Op, Type, Value};
use luma_pass::{
    FunctionPass, OptionKind, OptionSpec, PassContext, PassResult, Registration, Statistic, Work,
};

/// Makes shifts of multiplications.
#[derive(Clone, Copy, Debug)]
struct ShiftMultiplications {
    /// The longest shift to make.
    max_shift: usize,
}

impl FunctionPass for ShiftMultiplications {
    fn run(&self, cx: &PassContext<'_>, f: &mut Function) -> PassResult {
        let mut found = Vec::new();
        f.walk(&mut |op| {
            if let Some((value, shift)) = self.multiplication(f, op) {
                found.push((op, value, shift));
            }
        });
        for &(op, value, shift) in &found {
            let loc = cx.derive(f.loc(op));
            let mut b = Builder::before(cx.context, f, op);
            b.loc = loc;
            let amount = luma::Constant::build(&mut b, Attribute::Int(shift, Type::I64), Type::I64);
            let amount = amount.result(b.func);
            let new = luma::Shl::build(&mut b, value, amount, Type::I64).result(b.func);
            f.replace_all_uses(luma::Mul(op).result(f), new);
            f.erase(op);
        }
        cx.count(&SHIFTED, found.len());
        Ok((!found.is_empty()).into())
    }
}

impl ShiftMultiplications {
    /// The value `op` multiplies by a power of two, and that power.
    fn multiplication(&self, f: &Function, op: Op) -> Option<(Value, i64)> {
        let &[value, factor] = f.operands(op) else { return None };
        if f.op_name(op) != luma::Mul::NAME || f.value_type(value) != Type::I64 {
            return None;
        }
        let constant = f.def_op(factor).filter(|&op| f.op_name(op) == luma::Constant::NAME)?;
        let Some(&Attribute::Int(factor, _)) = luma::Constant(constant).value_attr(f) else {
            return None;
        };
        let shift = factor.checked_ilog2().filter(|&shift| shift > 0 && factor == 1 << shift)?;
        (shift as usize <= self.max_shift).then_some((value, shift.into()))
    }
}

static SHIFTED: Statistic =
    Statistic { name: "shifted", summary: "Multiplications that became shifts." };

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "shift-multiplications",
    summary: "Makes shifts of multiplications by powers of two.",
    options: &[OptionSpec {
        name: "max-shift",
        summary: "The longest shift to make.",
        kind: OptionKind::Number,
        default: "62",
    }],
    statistics: &[SHIFTED],
    mandatory: false,
    make: |options| Work::function(ShiftMultiplications { max_shift: options.number("max-shift") }),
};
