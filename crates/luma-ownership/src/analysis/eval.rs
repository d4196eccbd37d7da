//! Evaluation: the abstract value of an SSA value in a state, and the results of pure operations.

use luma_ir::dialects::luma;
use luma_ir::fold::{self, Constant};
use luma_ir::{Attribute, Def, Op, Type, Value};
use smallvec::SmallVec;

use super::Engine;
use super::state::{Root, State, Val};
use super::term::{Pred, Source, TermData};

impl Engine<'_> {
    /// The abstract value of `value` in `state`.
    pub(super) fn value(&mut self, state: &State, value: Value) -> Val {
        let val = match state.value(value) {
            Some(val) => val,
            None => self.computed(value),
        };
        state.resolve(&self.terms, val)
    }

    /// The abstract value of a value without an entry: constant, address, or unknown.
    fn computed(&mut self, value: Value) -> Val {
        let f = self.f;
        if let Def::Result(op, _) = f.def(value) {
            match f.op_name(op) {
                luma::Local::NAME => return Val::Ptr(Root::Local(value), Some(0)),
                luma::Constant::NAME => {
                    // Floats are not tracked.
                    if let Some(constant) = fold::int_constant(f, value) {
                        return Val::Int(constant);
                    }
                }
                luma::Null::NAME => return Val::Int(0),
                luma::String::NAME => return Val::Ptr(Root::Text(op), Some(0)),
                luma::Sizeof::NAME => {
                    if let Some(ty) = luma::Sizeof(op).of_attr(f).and_then(Attribute::as_type) {
                        return Val::Int(self.layout.size(ty));
                    }
                }
                luma::GlobalAddr::NAME => {
                    let global = luma::GlobalAddr(op).global_attr(f);
                    if let Some(name) = global.and_then(Attribute::as_symbol) {
                        return Val::Ptr(Root::Global(name), Some(0));
                    }
                }
                _ => {}
            }
        }
        Val::Sym(self.terms.opaque(Source::Value(value, 0)))
    }

    /// The result of a pure operation, or of one that computes an address.
    pub(super) fn pure(&mut self, state: &State, op: Op) -> Option<Val> {
        let f = self.f;
        let operands = f.operands(op);
        let &first = operands.first()?;
        let a = self.value(state, first);
        let b = match operands.get(1) {
            Some(&second) => self.value(state, second),
            None => Val::Int(0),
        };
        if let Some(known) = self.folded(op, &[a, b]) {
            return Some(known);
        }
        let name = f.op_name(op);
        match name {
            luma::Deref::NAME | luma::AddrOf::NAME => Some(a),
            luma::Field::NAME => {
                let field = luma::Field(op).field_attr(f).and_then(Attribute::as_str)?;
                let field = self.module.context.symbol(field);
                let ty = self.module.context.element(f.value_type(first))?;
                let at = self.layout.field_offset(ty, field)?;
                self.moved(a, Val::Int(at), 1)
            }
            luma::Element::NAME => {
                let ty = self.module.context.element(f.value_type(*f.results(op).first()?))?;
                let size = self.layout.size(ty);
                self.moved(a, b, size)
            }
            luma::Offset::NAME => {
                let ty = self.module.context.element(f.value_type(first))?;
                let size = self.layout.size(ty);
                self.moved(a, b, size)
            }
            luma::Cmp::NAME => self.comparison(state, op, a, b),
            luma::Cast::NAME => self.cast(op, first, a),
            luma::Not::NAME => {
                if f.value_type(first) == Type::I1 {
                    self.negated(a)
                } else {
                    None
                }
            }
            luma::Neg::NAME => self.expression(op, a, b),
            luma::Add::NAME
            | luma::Sub::NAME
            | luma::Mul::NAME
            | luma::And::NAME
            | luma::Or::NAME
            | luma::Xor::NAME
            | luma::Div::NAME
            | luma::Rem::NAME
            | luma::Shl::NAME
            | luma::Shr::NAME => self.arithmetic(op, a, b),
            _ => None,
        }
    }

    /// The result of `op` if all its operands, as given by `known`, are known integers.
    fn folded(&self, op: Op, known: &[Val]) -> Option<Val> {
        let f = self.f;
        let constant = |(&operand, &val): (&Value, &Val)| match val {
            Val::Int(value) if !f.value_type(operand).is_float() => {
                Some(Constant::int(value, f.value_type(operand)))
            }
            _ => None,
        };
        let operands: SmallVec<[Option<Constant>; 2]> =
            f.operands(op).iter().zip(known).map(constant).collect();
        if !operands.iter().all(Option::is_some) {
            return None;
        }
        fold::fold(&self.module.context, f, op, &operands)?.as_int().map(Val::Int)
    }

    /// `a` moved by `index` times `size` bytes.
    fn moved(&mut self, a: Val, index: Val, size: i64) -> Option<Val> {
        let (root, offset) = a.address()?;
        let by = match index {
            Val::Int(index) => index.checked_mul(size),
            _ => None,
        };
        let offset = offset.zip(by).and_then(|(offset, by)| offset.checked_add(by));
        Some(Val::at(root, offset))
    }

    fn negated(&mut self, a: Val) -> Option<Val> {
        match a {
            Val::Int(value) => Some(Val::Int(i64::from(value == 0))),
            Val::Sym(term) => match self.terms.get(term) {
                TermData::Not(inner) => Some(Val::Sym(inner)),
                _ => self.terms.intern(TermData::Not(term)).map(Val::Sym),
            },
            Val::Ptr(..) => None,
        }
    }

    fn comparison(&mut self, state: &State, op: Op, a: Val, b: Val) -> Option<Val> {
        let f = self.f;
        let pred = luma::Cmp(op).pred_attr(f).and_then(Attribute::as_str)?;
        let lhs = *f.operands(op).first()?;
        let ty = f.value_type(lhs);
        if ty.is_float() || (ty == Type::I1 && !matches!(pred, "eq" | "ne")) {
            // Comparisons of floats cannot be negated by inverting the predicate, and an `i1` true,
            // which is 1 here, compares less than false.
            return self.expression(op, a, b);
        }
        let (pred, a, b, negate) = match pred {
            "eq" => (Pred::Eq, a, b, false),
            "ne" => (Pred::Eq, a, b, true),
            "lt" => (Pred::Lt, a, b, false),
            "le" => (Pred::Le, a, b, false),
            "gt" => (Pred::Le, a, b, true),
            "ge" => (Pred::Lt, a, b, true),
            _ => return None,
        };
        if let Some(truth) = state.compare(&self.terms, pred, a, b) {
            return Some(Val::Int(i64::from(truth != negate)));
        }
        let null_test = match (pred, a, b) {
            (Pred::Eq, Val::Ptr(root @ Root::Object(_), Some(0)), Val::Int(0))
            | (Pred::Eq, Val::Int(0), Val::Ptr(root @ Root::Object(_), Some(0))) => Some(root),
            _ => None,
        };
        let data = match null_test {
            Some(root) => TermData::IsNull(root),
            None => TermData::Cmp(pred, a, b),
        };
        let term = Val::Sym(self.terms.intern(data)?);
        if negate { self.negated(term) } else { Some(term) }
    }

    fn cast(&mut self, op: Op, operand: Value, a: Val) -> Option<Val> {
        let f = self.f;
        let context = &self.module.context;
        let from = f.value_type(operand);
        let to = f.value_type(*f.results(op).first()?);
        let word = |ty: Type| ty == Type::I64 || context.is_ptr(ty);
        if from == to || (word(from) && word(to)) {
            // An integer sum becomes an address into what its first operand points to.
            if let Val::Sym(term) = a
                && context.is_ptr(to)
                && let TermData::Plus(base, by) = self.terms.get(term)
            {
                return Some(Val::at(Root::Term(base), Some(by)));
            }
            return Some(a);
        }
        self.expression(op, a, Val::Int(0))
    }

    fn arithmetic(&mut self, op: Op, a: Val, b: Val) -> Option<Val> {
        let name = self.f.op_name(op);
        let ty = self.f.value_type(*self.f.results(op).first()?);
        if ty.is_float() {
            return self.expression(op, a, b);
        }
        if let (Val::Int(_), Val::Int(_)) = (a, b) {
            // It traps, or it would have been folded.
            return None;
        }
        match (name, a, b) {
            (luma::Add::NAME, x, Val::Int(k)) | (luma::Add::NAME, Val::Int(k), x) => {
                self.plus(op, x, k)
            }
            (luma::Sub::NAME, x, Val::Int(k)) => match k.checked_neg() {
                Some(k) => self.plus(op, x, k),
                None => self.expression(op, a, b),
            },
            (luma::Add::NAME, Val::Ptr(root, _), _) | (luma::Add::NAME, _, Val::Ptr(root, _)) => {
                Some(Val::at(root, None))
            }
            // A pointer that is rounded down still leads to the same memory.
            (luma::And::NAME, Val::Ptr(root, _), Val::Int(mask))
            | (luma::And::NAME, Val::Int(mask), Val::Ptr(root, _))
                if mask < 0 =>
            {
                Some(Val::at(root, None))
            }
            // The distance between two addresses is not an address.
            (luma::Sub::NAME, Val::Ptr(..), Val::Ptr(..)) => None,
            (luma::Sub::NAME, Val::Ptr(root, _), _) => Some(Val::at(root, None)),
            _ => self.expression(op, a, b),
        }
    }

    fn plus(&mut self, op: Op, a: Val, k: i64) -> Option<Val> {
        if k != 0 && self.f.value_type(*self.f.results(op).first()?) != Type::I64 {
            return self.expression(op, a, Val::Int(k));
        }
        self.sum(a, k)
    }

    /// `a` plus `k`, of 64 bits.
    pub(super) fn sum(&mut self, a: Val, k: i64) -> Option<Val> {
        if k == 0 {
            return Some(a);
        }
        match a {
            Val::Ptr(root, offset) => {
                Some(Val::at(root, offset.and_then(|offset| offset.checked_add(k))))
            }
            Val::Sym(term) => {
                let (base, by) = match self.terms.get(term) {
                    TermData::Plus(base, by) => (base, by.checked_add(k)?),
                    _ => (term, k),
                };
                if by == 0 {
                    return Some(Val::Sym(base));
                }
                self.terms.intern(TermData::Plus(base, by)).map(Val::Sym)
            }
            Val::Int(value) => Some(Val::Int(value.wrapping_add(k))),
        }
    }

    /// The term for "`op` of `a` and `b`": the same wherever it is computed.
    fn expression(&mut self, op: Op, a: Val, b: Val) -> Option<Val> {
        let f = self.f;
        let tag = match luma::Cmp::cast(f, op).and_then(|cmp| cmp.pred_attr(f)?.as_str()) {
            Some("eq") => 1,
            Some("ne") => 2,
            Some("lt") => 3,
            Some("le") => 4,
            Some("gt") => 5,
            Some("ge") => 6,
            _ => match f.results(op).first().map(|&v| f.value_type(v)) {
                Some(Type::I1) => 7,
                Some(Type::I8) => 8,
                Some(Type::F32) => 9,
                Some(Type::F64) => 10,
                _ => 0,
            },
        };
        self.terms.intern(TermData::Pure(f.op_name(op), tag, a, b)).map(Val::Sym)
    }
}
