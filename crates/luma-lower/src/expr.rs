//! Expressions.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Type, Value};
use luma_sema::Resolution;
use luma_sema::types::{Ty, TyKind};
use luma_syntax::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};

use crate::body::{BodyCx, Storage};
use crate::{constants, holds_pointers, int};

impl BodyCx<'_> {
    /// The value of `expr` after implicit conversion; `None` if it has none (void).
    pub(crate) fn value(&mut self, expr: ExprId) -> Option<Value> {
        let cx = self.cx;
        let Some(&target) = cx.sema.adjustments.get(expr) else { return self.unadjusted(expr) };
        let source = self.type_of(expr);
        let is = |ty: Option<Ty>, test: fn(&TyKind) -> bool| {
            ty.is_some_and(|ty| test(cx.sema.types.kind(ty)))
        };
        if is(source, |kind| matches!(kind, TyKind::Array(..))) {
            if is(Some(target), |kind| matches!(kind, TyKind::Pointer(_) | TyKind::Str)) {
                return Some(self.decayed(expr, cx.ty(target)));
            }
            // A literal padded to a longer array.
            self.at_expr(expr);
            let place = self.local(cx.ty(target), None);
            self.init(place, expr);
            self.at_expr(expr);
            return Some(self.load(place));
        }
        let value = self.unadjusted(expr)?;
        self.at_expr(expr);
        Some(self.converted(value, cx.ty(target)))
    }

    /// The address of the first element of an array.
    fn decayed(&mut self, expr: ExprId, ty: Type) -> Value {
        let place = self.place(expr);
        self.at_expr(expr);
        let zero = int(&mut self.b, 0, Type::I64);
        let first = self.element(place, zero);
        let pointer_type = self.cx.context.ptr(self.element_type(first));
        let pointer = luma::AddrOf::build(&mut self.b, first, pointer_type).result(self.b.func);
        self.converted(pointer, ty)
    }

    /// Converts a scalar where its type is another.
    pub(crate) fn converted(&mut self, value: Value, ty: Type) -> Value {
        if self.b.type_of(value) == ty {
            return value;
        }
        luma::Cast::build(&mut self.b, value, ty).result(self.b.func)
    }

    /// Evaluates `expr` for its effects.
    pub(crate) fn discard(&mut self, expr: ExprId) {
        match &self.cx.ast.exprs[expr].kind {
            ExprKind::Assign(target, value) => {
                self.assign(expr, *target, *value);
            }
            _ => {
                self.unadjusted(expr);
            }
        }
    }

    /// The value of `expr` before implicit conversion; `None` if it has none (void).
    pub(crate) fn unadjusted(&mut self, expr: ExprId) -> Option<Value> {
        let cx = self.cx;
        let ty = self.ir_type_of(expr);
        Some(match &cx.ast.exprs[expr].kind {
            ExprKind::Int(value) => {
                self.at_expr(expr);
                int(&mut self.b, *value as i64, Type::I64)
            }
            ExprKind::Float(value) => {
                self.at_expr(expr);
                let value = Attribute::Float(*value, Type::F64);
                luma::Constant::build(&mut self.b, value, Type::F64).result(self.b.func)
            }
            ExprKind::Char(value) => {
                self.at_expr(expr);
                int(&mut self.b, i64::from(*value as i8), Type::I8)
            }
            ExprKind::Bool(value) => {
                self.at_expr(expr);
                self.bool(*value)
            }
            ExprKind::Str(bytes) => {
                self.at_expr(expr);
                self.string(bytes)
            }
            ExprKind::Path(_) => return self.path(expr),
            ExprKind::Unary(op, operand) => return self.unary(expr, *op, *operand),
            ExprKind::Step { increment, prefix, place } => {
                self.step(expr, *increment, *prefix, *place)
            }
            ExprKind::Binary(op, lhs, rhs) => return self.binary(expr, *op, *lhs, *rhs),
            ExprKind::And(lhs, rhs) => return self.short_circuit(expr, *lhs, *rhs, true),
            ExprKind::Or(lhs, rhs) => return self.short_circuit(expr, *lhs, *rhs, false),
            ExprKind::Call(callee, args) => return self.call(expr, *callee, args),
            ExprKind::Member(..)
            | ExprKind::Index(..)
            | ExprKind::StructLit(..)
            | ExprKind::ArrayLit(_)
            | ExprKind::Assign(..) => {
                let place = self.place(expr);
                self.at_expr(expr);
                self.load(place)
            }
            ExprKind::Alloc(size) => {
                let size = self.needed(*size);
                self.at_expr(expr);
                let size = self.converted(size, Type::I64);
                let pointer = luma::Alloc::build(&mut self.b, size, ty).result(self.b.func);
                let from = Attribute::str("heap");
                own::Take::build(&mut self.b, pointer, from, None, ty).result(self.b.func)
            }
            ExprKind::Free(pointer) => {
                let pointer = self.needed(*pointer);
                self.at_expr(expr);
                let ty = self.b.type_of(pointer);
                let to = Attribute::str("heap");
                let give = own::Give::build(&mut self.b, pointer, to, None, ty);
                let pointer = give.result(self.b.func);
                luma::Free::build(&mut self.b, pointer);
                return None;
            }
            ExprKind::Cast(_, operand) => return self.cast(expr, *operand),
            ExprKind::Sizeof(_) => {
                self.at_expr(expr);
                let of = cx.sema.sizeof_types.get(expr).map(|&ty| cx.ty(ty));
                let of = of.or_never(Type::VOID, "a checked `sizeof` knows what it measures");
                luma::Sizeof::build(&mut self.b, Attribute::Type(of), Type::I64).result(self.b.func)
            }
            ExprKind::Error => {
                never!("a program with syntax errors is built");
                return None;
            }
        })
    }

    pub(crate) fn bool(&mut self, value: bool) -> Value {
        luma::Constant::build(&mut self.b, Attribute::Bool(value), Type::I1).result(self.b.func)
    }

    fn path(&mut self, expr: ExprId) -> Option<Value> {
        let cx = self.cx;
        let ty = self.ir_type_of(expr);
        let Some(&resolution) = cx.sema.resolutions.get(expr) else {
            never!("a path that names nothing");
            return None;
        };
        match resolution {
            Resolution::Local(local) => match self.locals.get(&local) {
                Some(Storage::Value(value)) => Some(*value),
                Some(Storage::Place(place)) => {
                    let place = *place;
                    self.at_expr(expr);
                    Some(self.load(place))
                }
                None => {
                    never!("a variable is used before it is declared");
                    None
                }
            },
            Resolution::Global(item) => {
                let Some(info) = cx.sema.globals.get(item) else {
                    never!("a global was not analyzed");
                    return None;
                };
                self.at_expr(expr);
                let folds = ty.is_int() || ty.is_float() || ty == Type::I1;
                if info.constant && folds {
                    let value = match constants::attribute(cx, &info.value, ty) {
                        Attribute::Unit => return Some(self.zero(ty)),
                        value => value,
                    };
                    return Some(luma::Constant::build(&mut self.b, value, ty).result(self.b.func));
                }
                let place = self.place(expr);
                Some(self.load(place))
            }
            Resolution::EnumMember(_, number) => {
                self.at_expr(expr);
                Some(int(&mut self.b, i64::from(number), Type::I64))
            }
            Resolution::Function(_) => {
                never!("functions are not values");
                None
            }
        }
    }

    fn unary(&mut self, expr: ExprId, op: UnaryOp, operand: ExprId) -> Option<Value> {
        match op {
            UnaryOp::Plus => Some(self.needed(operand)),
            UnaryOp::Neg | UnaryOp::BitNot | UnaryOp::Not => {
                let value = self.needed(operand);
                self.at_expr(expr);
                let ty = self.b.type_of(value);
                Some(match op {
                    UnaryOp::Neg => luma::Neg::build(&mut self.b, value, ty).result(self.b.func),
                    _ => luma::Not::build(&mut self.b, value, ty).result(self.b.func),
                })
            }
            UnaryOp::Deref => {
                let place = self.place(expr);
                self.at_expr(expr);
                Some(self.load(place))
            }
            UnaryOp::AddrOf => {
                let place = self.place(operand);
                self.at_expr(expr);
                let ty = self.cx.context.ptr(self.element_type(place));
                Some(luma::AddrOf::build(&mut self.b, place, ty).result(self.b.func))
            }
        }
    }

    fn step(&mut self, expr: ExprId, increment: bool, prefix: bool, target: ExprId) -> Value {
        let place = self.place(target);
        self.at_expr(expr);
        let old = self.load(place);
        let ty = self.b.type_of(old);
        let b = &mut self.b;
        let one = if ty.is_float() {
            luma::Constant::build(b, Attribute::Float(1.0, ty), ty).result(b.func)
        } else {
            int(b, 1, ty)
        };
        let new = if increment {
            luma::Add::build(b, old, one, ty).result(b.func)
        } else {
            luma::Sub::build(b, old, one, ty).result(b.func)
        };
        luma::Store::build(b, new, place);
        if prefix { new } else { old }
    }

    fn binary(&mut self, expr: ExprId, op: BinaryOp, lhs: ExprId, rhs: ExprId) -> Option<Value> {
        let mut l = self.needed(lhs);
        let mut r = self.needed(rhs);
        self.at_expr(expr);
        let pred = match op {
            BinaryOp::Lt => Some("lt"),
            BinaryOp::Le => Some("le"),
            BinaryOp::Gt => Some("gt"),
            BinaryOp::Ge => Some("ge"),
            BinaryOp::Eq => Some("eq"),
            BinaryOp::Ne => Some("ne"),
            _ => None,
        };
        if let Some(pred) = pred {
            let ty = self.b.type_of(l);
            r = self.converted(r, ty);
            let pred = Attribute::str(pred);
            return Some(luma::Cmp::build(&mut self.b, l, r, pred, Type::I1).result(self.b.func));
        }
        let ty = self.ir_type_of(expr);
        l = self.converted(l, ty);
        r = self.converted(r, ty);
        let b = &mut self.b;
        Some(match op {
            BinaryOp::Mul => luma::Mul::build(b, l, r, ty).result(b.func),
            BinaryOp::Div => luma::Div::build(b, l, r, ty).result(b.func),
            BinaryOp::Rem => luma::Rem::build(b, l, r, ty).result(b.func),
            BinaryOp::Add => luma::Add::build(b, l, r, ty).result(b.func),
            BinaryOp::Sub => luma::Sub::build(b, l, r, ty).result(b.func),
            BinaryOp::Shl => luma::Shl::build(b, l, r, ty).result(b.func),
            BinaryOp::Shr => luma::Shr::build(b, l, r, ty).result(b.func),
            BinaryOp::BitAnd => luma::And::build(b, l, r, ty).result(b.func),
            BinaryOp::BitOr => luma::Or::build(b, l, r, ty).result(b.func),
            BinaryOp::BitXor => luma::Xor::build(b, l, r, ty).result(b.func),
            _ => return None,
        })
    }

    /// `&&` runs its right side when the left is true, `||` when it is false.
    fn short_circuit(
        &mut self,
        expr: ExprId,
        lhs: ExprId,
        rhs: ExprId,
        and: bool,
    ) -> Option<Value> {
        let condition = self.needed(lhs);
        self.at_expr(expr);
        let op = luma::If::build(&mut self.b, condition, &[Type::I1], true);
        let then = op.then_region(self.b.func);
        let otherwise = op.else_region(self.b.func)?;
        let end = self.cx.ast.exprs[expr].span;
        let (evaluated, skipped) = if and { (then, otherwise) } else { (otherwise, then) };
        self.region(evaluated, end, |cx| {
            let value = cx.needed(rhs);
            cx.at_expr(rhs);
            Some(value)
        });
        self.region(skipped, end, |cx| Some(cx.bool(!and)));
        op.results(self.b.func).first().copied()
    }

    fn call(&mut self, expr: ExprId, callee: ExprId, args: &[ExprId]) -> Option<Value> {
        let cx = self.cx;
        let info = match cx.sema.resolutions.get(callee) {
            Some(Resolution::Function(item)) => cx.sema.functions.get(*item),
            _ => None,
        };
        let Some(info) = info else {
            never!("a call of what is not a function");
            return None;
        };
        let name = Attribute::Symbol(cx.context.symbol(&info.name));
        let mut values = Vec::with_capacity(args.len());
        for &arg in args {
            values.push(self.needed(arg));
        }
        for ((value, &takes), &arg) in values.iter_mut().zip(&info.takes).zip(args) {
            if takes {
                self.at_expr(arg);
                let (to, ty) = (Attribute::str("callee"), self.b.type_of(*value));
                let give = own::Give::build(&mut self.b, *value, to, Some(name.clone()), ty);
                *value = give.result(self.b.func);
            }
        }
        self.at_expr(expr);
        let results = match cx.ty(info.result) {
            Type::VOID => vec![],
            ty => vec![ty],
        };
        let call = luma::Call::build(&mut self.b, &values, name.clone(), &results);
        let result = call.results(self.b.func).first().copied()?;
        if !(info.returns_ownership && holds_pointers(cx, info.result)) {
            return Some(result);
        }
        let (from, ty) = (Attribute::str("callee"), self.b.type_of(result));
        Some(own::Take::build(&mut self.b, result, from, Some(name), ty).result(self.b.func))
    }

    fn cast(&mut self, expr: ExprId, operand: ExprId) -> Option<Value> {
        let cx = self.cx;
        let target = self.ir_type_of(expr);
        if target == Type::VOID {
            self.discard(operand);
            return None;
        }
        if cx.context.is_ptr(target) {
            if matches!(cx.ast.exprs[operand].kind, ExprKind::Int(0)) {
                self.at_expr(expr);
                return Some(luma::Null::build(&mut self.b, target).result(self.b.func));
            }
            let array = self
                .type_of(operand)
                .is_some_and(|ty| matches!(cx.sema.types.kind(ty), TyKind::Array(..)));
            if array && cx.sema.adjustments.get(operand).is_none() {
                return Some(self.decayed(operand, target));
            }
        }
        if cx.context.is_aggregate(target) {
            return self.value(operand);
        }
        let value = self.needed(operand);
        self.at_expr(expr);
        Some(self.converted(value, target))
    }
}
