//! Places, initialisation and assignment.

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Type, TypeData, Value};
use luma_sema::Resolution;
use luma_sema::types::TyKind;
use luma_syntax::ast::{ExprId, ExprKind, UnaryOp};

use crate::body::{BodyCx, Storage};
use crate::{constants, effects};

impl BodyCx<'_> {
    /// The place that `expr` denotes; a value that has none is stored into a temporary.
    pub(crate) fn place(&mut self, expr: ExprId) -> Value {
        let cx = self.cx;
        match &cx.ast.exprs[expr].kind {
            ExprKind::Path(_) => match cx.sema.resolutions.get(expr) {
                Some(Resolution::Local(local)) => match self.locals.get(local) {
                    Some(Storage::Place(place)) => return *place,
                    Some(Storage::Value(_)) => {}
                    None => {
                        never!("a variable is used before it is declared");
                    }
                },
                Some(Resolution::Global(item)) => {
                    self.at_expr(expr);
                    let name = Attribute::Symbol(constants::symbol(cx, *item));
                    let ty = cx.context.place(self.ir_type_of(expr));
                    return luma::GlobalAddr::build(&mut self.b, name, ty).result(self.b.func);
                }
                _ => {}
            },
            ExprKind::Member(base, _) => {
                if let Some(field) = cx.sema.members.get(expr) {
                    let base = if field.deref { self.pointee(*base) } else { self.place(*base) };
                    self.at_expr(expr);
                    return self.field(base, field.strukt.0, field.field);
                }
                never!("a member that names no field");
            }
            ExprKind::Index(base, index) => return self.indexed(expr, *base, *index),
            ExprKind::Unary(UnaryOp::Deref, pointer) => {
                let pointer = self.needed(*pointer);
                self.at_expr(expr);
                return self.deref(pointer);
            }
            ExprKind::Assign(target, value) => return self.assign(expr, *target, *value),
            _ => {}
        }
        self.temporary(expr)
    }

    /// The place the pointer `expr` points to.
    pub(crate) fn pointee(&mut self, expr: ExprId) -> Value {
        let pointer = self.needed(expr);
        self.at_expr(expr);
        self.deref(pointer)
    }

    pub(crate) fn deref(&mut self, pointer: Value) -> Value {
        let ty = self.cx.context.place(self.element_type(pointer));
        luma::Deref::build(&mut self.b, pointer, ty).result(self.b.func)
    }

    /// The place of field `index` (in layout order) of a struct.
    pub(crate) fn field(&mut self, base: Value, strukt: u32, index: u32) -> Value {
        let field = &self.cx.sema.structs[strukt as usize].fields[index as usize];
        let ty = self.cx.context.place(self.cx.ty(field.ty));
        let name = Attribute::str(field.name.as_bytes());
        luma::Field::build(&mut self.b, base, name, ty).result(self.b.func)
    }

    fn indexed(&mut self, expr: ExprId, base: ExprId, index: ExprId) -> Value {
        let cx = self.cx;
        let is_array = self
            .type_of(base)
            .is_some_and(|ty| matches!(cx.sema.types.kind(ty), TyKind::Array(..)))
            && cx.sema.adjustments.get(base).is_none();
        let base = if is_array { self.indexed_place(base, index) } else { self.needed(base) };
        let first = matches!(cx.ast.exprs[index].kind, ExprKind::Int(0));
        let index = (is_array || !first).then(|| {
            let value = self.needed(index);
            self.at_expr(index);
            self.converted(value, Type::I64)
        });
        self.at_expr(expr);
        match index {
            Some(index) if is_array => self.element(base, index),
            Some(index) => {
                let ty = self.b.type_of(base);
                let moved = luma::Offset::build(&mut self.b, base, index, ty).result(self.b.func);
                self.deref(moved)
            }
            None => self.deref(base),
        }
    }

    pub(crate) fn element(&mut self, base: Value, index: Value) -> Value {
        let context = &self.cx.context;
        let TypeData::Array(_, element) = context.type_data(self.element_type(base)) else {
            never!("an element of a place that is not an array");
            return base;
        };
        let ty = context.place(element);
        luma::Element::build(&mut self.b, base, index, ty).result(self.b.func)
    }

    /// The place of an aggregate that `index` is about to select from. A value is complete before
    /// the index is evaluated; of a variable only the address is.
    fn indexed_place(&mut self, base: ExprId, index: ExprId) -> Value {
        let ast = &self.cx.ast;
        let mut root = base;
        while let ExprKind::Member(inner, _) | ExprKind::Index(inner, _) = ast.exprs[root].kind {
            root = inner;
        }
        let is_value = matches!(ast.exprs[root].kind, ExprKind::Assign(..));
        if is_value && effects::may_write(ast, index) {
            self.copied(base)
        } else {
            self.place(base)
        }
    }

    /// Stores the aggregate `expr` into a temporary.
    fn copied(&mut self, expr: ExprId) -> Value {
        self.at_expr(expr);
        let temporary = self.local(self.ir_type_of(expr), None);
        self.init(temporary, expr);
        temporary
    }

    /// Stores the value of `expr` into a temporary.
    fn temporary(&mut self, expr: ExprId) -> Value {
        self.at_expr(expr);
        let place = self.local(self.ir_type_of(expr), None);
        self.init_unadjusted(place, expr);
        place
    }

    /// Initialises a new variable with the (implicitly converted) value of `expr`.
    pub(crate) fn init(&mut self, place: Value, expr: ExprId) {
        if self.cx.context.is_aggregate(self.element_type(place)) {
            return self.init_unadjusted(place, expr);
        }
        let value = self.needed(expr);
        self.at_expr(expr);
        luma::Store::build(&mut self.b, value, place);
    }

    /// Builds `expr` in `place`, which no part of `expr` can name. Array literals may be shorter
    /// than the place: the rest is zero.
    fn init_unadjusted(&mut self, place: Value, expr: ExprId) {
        let cx = self.cx;
        match &cx.ast.exprs[expr].kind {
            ExprKind::StructLit(_, entries) => self.struct_literal(place, expr, entries),
            ExprKind::ArrayLit(items) => self.array_literal(place, expr, items),
            _ if self.denotes_place(expr) && cx.context.is_aggregate(self.ir_type_of(expr)) => {
                let source = self.place(expr);
                self.at_expr(expr);
                luma::Copy::build(&mut self.b, source, place);
            }
            _ => {
                if let Some(value) = self.unadjusted(expr) {
                    self.at_expr(expr);
                    luma::Store::build(&mut self.b, value, place);
                }
            }
        }
    }

    /// Copies the value of one place to another of the same type.
    pub(crate) fn copy(&mut self, from: Value, to: Value) {
        if self.cx.context.is_aggregate(self.element_type(from)) {
            luma::Copy::build(&mut self.b, from, to);
        } else {
            let value = self.load(from);
            luma::Store::build(&mut self.b, value, to);
        }
    }

    /// Whether an expression denotes a place that exists without it.
    pub(crate) fn denotes_place(&self, expr: ExprId) -> bool {
        match &self.cx.ast.exprs[expr].kind {
            ExprKind::Path(_) => matches!(
                self.cx.sema.resolutions.get(expr),
                Some(Resolution::Local(_) | Resolution::Global(_))
            ),
            ExprKind::Member(..)
            | ExprKind::Index(..)
            | ExprKind::Unary(UnaryOp::Deref, _)
            | ExprKind::Assign(..) => true,
            _ => false,
        }
    }

    /// `target = value`; returns the place assigned.
    pub(crate) fn assign(&mut self, expr: ExprId, target: ExprId, value: ExprId) -> Value {
        let ty = self.ir_type_of(target);
        if !self.cx.context.is_aggregate(ty) {
            let value = self.needed(value);
            let place = self.place(target);
            self.at_expr(expr);
            luma::Store::build(&mut self.b, value, place);
            return place;
        }
        // The value may read what is assigned, so it is complete before anything is written, and
        // what a place holds is read before the target is evaluated, which may change it.
        let source = if self.denotes_place(value) && !effects::may_write(self.cx.ast, target) {
            self.place(value)
        } else {
            self.copied(value)
        };
        let place = self.place(target);
        self.at_expr(expr);
        luma::Copy::build(&mut self.b, source, place);
        place
    }
}
