//! The state of lowering one function body.

use luma_diagnostics::{OrNever as _, Span, never};
use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Block, Builder, Global, Loc, Position, Region, Symbol, Type, Value};
use luma_sema::FunctionInfo;
use luma_sema::types::Ty;
use luma_syntax::ast::{self, ExprId, LocalId};
use rustc_hash::FxHashMap;

use crate::{ProgramCx, holds_pointers, int};

/// The storage of a variable.
#[derive(Clone, Copy)]
pub(crate) enum Storage {
    /// A place.
    Place(Value),
    /// No place: a parameter that is neither assigned nor addressed is its SSA value.
    Value(Value),
}

pub(crate) struct BodyCx<'a> {
    pub(crate) cx: &'a ProgramCx<'a>,
    pub(crate) b: Builder<'a>,
    pub(crate) info: &'a FunctionInfo,
    pub(crate) locals: FxHashMap<LocalId, Storage>,
    /// Whether the current block has its terminator, so that what follows is unreachable.
    pub(crate) terminated: bool,
    /// Globals for the constants of large literals.
    pub(crate) literals: Vec<(Symbol, Global)>,
}

impl<'a> BodyCx<'a> {
    pub(crate) fn new(
        cx: &'a ProgramCx<'a>,
        b: Builder<'a>,
        info: &'a FunctionInfo,
        locals: FxHashMap<LocalId, Storage>,
    ) -> Self {
        Self { cx, b, info, locals, terminated: false, literals: Vec::new() }
    }

    /// Builds `own.take` for parameters that take ownership, and places for those that need one.
    pub(crate) fn params(&mut self, decl: &ast::Function, entry: Block) {
        for (i, &local) in decl.params.iter().enumerate() {
            let Some(&arg) = self.b.func.block_args(entry).get(i) else {
                never!("the entry block has an argument for each parameter");
                continue;
            };
            let name = &self.cx.ast.locals[local].name;
            self.at(name.span);
            let symbol = self.cx.context.symbol(&name.text);
            self.b.name(arg, symbol);
            let mut value = arg;
            if self.info.takes.get(i) == Some(&true) {
                let ty = self.b.type_of(arg);
                let take = own::Take::build(&mut self.b, arg, Attribute::str("caller"), None, ty);
                value = take.result(self.b.func);
                self.b.name(value, symbol);
            }
            let Some(info) = self.cx.sema.locals.get(local).copied() else {
                never!("`{}` was not analyzed", name.text);
                continue;
            };
            let ty = self.b.type_of(value);
            if info.assigned || info.addressed || self.cx.context.is_aggregate(ty) {
                let place = self.local(ty, Some(&name.text));
                luma::Store::build(&mut self.b, value, place);
                self.locals.insert(local, Storage::Place(place));
            } else {
                self.locals.insert(local, Storage::Value(value));
            }
        }
    }

    /// Sets the location of what is built next.
    pub(crate) fn at(&mut self, span: Span) {
        self.b.loc = Loc::source(span);
    }

    pub(crate) fn at_expr(&mut self, expr: ExprId) {
        self.at(self.cx.ast.exprs[expr].span);
    }

    /// The type of an expression before implicit conversion.
    pub(crate) fn type_of(&self, expr: ExprId) -> Option<Ty> {
        self.cx.sema.expr_types.get(expr).copied()
    }

    /// The IR type of an expression before implicit conversion.
    pub(crate) fn ir_type_of(&self, expr: ExprId) -> Type {
        let ty = self.type_of(expr).map(|ty| self.cx.ty(ty));
        ty.or_never(Type::VOID, "every expression that is built has a type")
    }

    /// The IR type of a variable.
    pub(crate) fn type_of_local(&self, local: LocalId) -> Type {
        let ty = self.cx.sema.locals.get(local).map(|info| self.cx.ty(info.ty));
        ty.or_never(Type::VOID, "every variable that is built was analyzed")
    }

    /// What the place or pointer `value` holds or points to.
    pub(crate) fn element_type(&self, value: Value) -> Type {
        let element = self.cx.context.element(self.b.type_of(value));
        element.or_never(Type::VOID, "a place or a pointer")
    }

    /// The value of `expr` after implicit conversion, where void would be an error.
    pub(crate) fn needed(&mut self, expr: ExprId) -> Value {
        match self.value(expr) {
            Some(value) => value,
            None => {
                never!("an expression of type void is used as a value");
                self.zero(Type::I64)
            }
        }
    }

    /// Builds a `luma.local` of type `ty` called `name`.
    pub(crate) fn local(&mut self, ty: Type, name: Option<&str>) -> Value {
        let place_type = self.cx.context.place(ty);
        let place = luma::Local::build(&mut self.b, place_type).result(self.b.func);
        self.b.name(place, self.cx.context.symbol(name.unwrap_or("tmp")));
        place
    }

    pub(crate) fn load(&mut self, place: Value) -> Value {
        let ty = self.element_type(place);
        luma::Load::build(&mut self.b, place, ty).result(self.b.func)
    }

    /// Zero of a type: a number, false, null, or an aggregate of zeros.
    pub(crate) fn zero(&mut self, ty: Type) -> Value {
        let b = &mut self.b;
        if ty.is_int() {
            int(b, 0, ty)
        } else if ty == Type::I1 {
            luma::Constant::build(b, Attribute::Bool(false), ty).result(b.func)
        } else if ty.is_float() {
            luma::Constant::build(b, Attribute::Float(0.0, ty), ty).result(b.func)
        } else if self.cx.context.is_ptr(ty) {
            luma::Null::build(b, ty).result(b.func)
        } else {
            let place = self.local(ty, None);
            luma::Zero::build(&mut self.b, place);
            self.load(place)
        }
    }

    /// Builds the only block of `region` with `build`, then restores the position. The block ends with
    /// a `luma.yield` of what `build` returns, unless `build` has terminated it.
    pub(crate) fn region(
        &mut self,
        region: Region,
        end: Span,
        build: impl FnOnce(&mut Self) -> Option<Value>,
    ) {
        let outer = (self.b.position, self.terminated, self.b.loc);
        let block = self.b.func.add_block(region);
        self.b.position = Position::End(block);
        self.terminated = false;
        let value = build(self);
        if !self.terminated {
            if value.is_none() {
                self.at(end);
            }
            luma::Yield::build(&mut self.b, value.as_slice());
        }
        (self.b.position, self.terminated, self.b.loc) = outer;
    }

    /// Terminates the body if control can reach its end.
    pub(crate) fn finish(&mut self, end: Span) {
        if self.terminated {
            return;
        }
        self.at(end);
        let results = self.b.func.results.clone();
        if results.is_empty() {
            luma::Return::build(&mut self.b, &[]);
        } else if self.info.falls_off || self.info.name == "main" {
            let zeros: Vec<Value> = results.iter().map(|&ty| self.zero(ty)).collect();
            luma::Return::build(&mut self.b, &zeros);
        } else {
            luma::Unreachable::build(&mut self.b);
        }
        self.terminated = true;
    }

    /// Builds a body of the form `= expr`.
    pub(crate) fn expr_body(&mut self, expr: ExprId) {
        if self.b.func.results.is_empty() {
            self.discard(expr);
        } else {
            self.return_value(expr);
        }
    }

    /// `return expr`
    pub(crate) fn return_value(&mut self, expr: ExprId) {
        let mut value = self.needed(expr);
        self.at_expr(expr);
        if self.info.returns_ownership && holds_pointers(self.cx, self.info.result) {
            let ty = self.b.type_of(value);
            let give = own::Give::build(&mut self.b, value, Attribute::str("caller"), None, ty);
            value = give.result(self.b.func);
        }
        luma::Return::build(&mut self.b, &[value]);
        self.terminated = true;
    }
}
