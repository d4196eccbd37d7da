//! Places, initialisation and assignment.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Type, TypeData, Value};
use luma_sema::Resolution;
use luma_sema::types::TyKind;
use luma_syntax::ast::{ExprId, ExprKind, FieldInit, UnaryOp};

use crate::body::{BodyCx, Storage};
use crate::{constants, int};

impl BodyCx<'_> {
    /// The place that `expr` denotes; a value that has none is stored into a temporary.
    pub(crate) fn place(&mut self, expr: ExprId) -> Value {
        let cx = self.cx;
        match &cx.ast.exprs[expr].kind {
            ExprKind::Path(_) => match cx.sema.resolutions.get(expr) {
                Some(Resolution::Local(local)) => {
                    if let Some(Storage::Place(place)) = self.locals.get(local) {
                        return *place;
                    }
                }
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
            }
            ExprKind::Index(base, index) => return self.indexed(expr, *base, *index),
            ExprKind::Unary(UnaryOp::Deref, pointer) => {
                let Some(pointer) = self.value(*pointer) else { return self.temporary(expr) };
                self.at_expr(expr);
                return self.deref(pointer);
            }
            ExprKind::Assign(target, value) => return self.assign(expr, *target, *value),
            _ => {}
        }
        self.temporary(expr)
    }

    /// The place the pointer `expr` points to.
    fn pointee(&mut self, expr: ExprId) -> Value {
        match self.value(expr) {
            Some(pointer) => {
                self.at_expr(expr);
                self.deref(pointer)
            }
            None => self.temporary(expr),
        }
    }

    pub(crate) fn deref(&mut self, pointer: Value) -> Value {
        let element = self.cx.context.element(self.b.type_of(pointer)).unwrap_or(Type::VOID);
        let ty = self.cx.context.place(element);
        luma::Deref::build(&mut self.b, pointer, ty).result(self.b.func)
    }

    /// The place of field `index` (in layout order) of a struct.
    pub(crate) fn field(&mut self, base: Value, strukt: u32, index: u32) -> Value {
        let info = self.cx.sema.structs.get(strukt as usize);
        let field = info.and_then(|info| info.fields.get(index as usize));
        let Some(field) = field else { return base };
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
        let base = if is_array { Some(self.place(base)) } else { self.value(base) };
        let first = matches!(cx.ast.exprs[index].kind, ExprKind::Int(0));
        let (Some(base), Some(index)) = (base, self.index_value(index, first && !is_array)) else {
            return self.temporary(expr);
        };
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

    /// The value of an index as `i64`; `Some(None)` where it can be left out.
    #[expect(clippy::option_option, reason = "no value at all is an error already reported")]
    fn index_value(&mut self, index: ExprId, omit: bool) -> Option<Option<Value>> {
        if omit {
            return Some(None);
        }
        let value = self.value(index)?;
        self.at_expr(index);
        Some(Some(self.converted(value, Type::I64)))
    }

    pub(crate) fn element(&mut self, base: Value, index: Value) -> Value {
        let context = &self.cx.context;
        let array = context.element(self.b.type_of(base)).unwrap_or(Type::VOID);
        let TypeData::Array(_, element) = context.type_data(array) else { return base };
        let ty = context.place(element);
        luma::Element::build(&mut self.b, base, index, ty).result(self.b.func)
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
        let target = self.cx.context.element(self.b.type_of(place)).unwrap_or(Type::VOID);
        if self.cx.context.is_aggregate(target) {
            return self.init_unadjusted(place, expr);
        }
        if let Some(value) = self.value(expr) {
            self.at_expr(expr);
            luma::Store::build(&mut self.b, value, place);
        }
    }

    /// Builds `expr` in `place`, which no part of `expr` can name. Array literals may be shorter
    /// than the place: the rest is zero.
    fn init_unadjusted(&mut self, place: Value, expr: ExprId) {
        let cx = self.cx;
        match &cx.ast.exprs[expr].kind {
            ExprKind::StructLit(_, entries) => self.struct_literal(place, expr, entries),
            ExprKind::ArrayLit(items) => {
                let array = cx.context.element(self.b.type_of(place)).unwrap_or(Type::VOID);
                let length = match cx.context.type_data(array) {
                    TypeData::Array(length, _) => length,
                    _ => 0,
                };
                self.at_expr(expr);
                if length > items.len() as u64 {
                    luma::Zero::build(&mut self.b, place);
                }
                for (i, &item) in items.iter().enumerate() {
                    self.at_expr(item);
                    let index = int(&mut self.b, i as i64, Type::I64);
                    let target = self.element(place, index);
                    self.init(target, item);
                }
            }
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

    fn struct_literal(&mut self, place: Value, expr: ExprId, entries: &[FieldInit]) {
        let cx = self.cx;
        let Some(ty) = self.type_of(expr) else { return };
        let TyKind::Struct(id) = *cx.sema.types.kind(ty) else { return };
        let fields: &[Option<u32>] =
            cx.sema.literal_fields.get(expr).map(Vec::as_slice).unwrap_or_default();
        // Explicit fields win over spreads wherever they stand; of several spreads the first wins,
        // of one field given twice the last.
        let mut spread_done = false;
        for (entry, field) in entries.iter().zip(fields) {
            match (entry, field) {
                (FieldInit::Field(_, value), Some(index)) => {
                    self.at_expr(*value);
                    let target = self.field(place, id.0, *index);
                    self.init(target, *value);
                }
                (FieldInit::Spread(source), _) => {
                    let derefs = self
                        .type_of(*source)
                        .is_some_and(|ty| matches!(cx.sema.types.kind(ty), TyKind::Pointer(_)));
                    let source_place =
                        if derefs { self.pointee(*source) } else { self.place(*source) };
                    if std::mem::replace(&mut spread_done, true) {
                        continue;
                    }
                    self.at_expr(*source);
                    let count = cx.sema.structs.get(id.0 as usize).map_or(0, |s| s.fields.len());
                    for index in (0..count as u32).filter(|i| !fields.contains(&Some(*i))) {
                        let from = self.field(source_place, id.0, index);
                        let to = self.field(place, id.0, index);
                        self.copy(from, to);
                    }
                }
                _ => {}
            }
        }
    }

    /// Copies the value of one place to another of the same type.
    fn copy(&mut self, from: Value, to: Value) {
        let ty = self.cx.context.element(self.b.type_of(from)).unwrap_or(Type::VOID);
        if self.cx.context.is_aggregate(ty) {
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
            let value = self.value(value);
            let place = self.place(target);
            self.at_expr(expr);
            if let Some(value) = value {
                luma::Store::build(&mut self.b, value, place);
            }
            return place;
        }
        // The value may read what is assigned, so it is complete before anything is written.
        let source = if self.denotes_place(value) {
            self.place(value)
        } else {
            self.at_expr(value);
            let temporary = self.local(ty, None);
            self.init(temporary, value);
            temporary
        };
        let place = self.place(target);
        self.at_expr(expr);
        luma::Copy::build(&mut self.b, source, place);
        place
    }
}
