//! Array and struct literals.
//!
//! Each item of a small literal is stored where it belongs. The constants of a large one are the
//! initial value of a global of the module, its *image*, which is copied to the place; what is not
//! constant is stored afterwards. Thousands of stores one after the other take LLVM quadratic time.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::luma;
use luma_ir::layout::Layout;
use luma_ir::{Attribute, Global, Type, TypeData, Value};
use luma_sema::types::{Ty, TyKind};
use luma_sema::{Const, Resolution};
use luma_syntax::ast::{ExprId, ExprKind, FieldInit, UnaryOp};

use crate::body::BodyCx;
use crate::{constants, holds_pointers, int};

/// Literals with fewer constants have no image.
const FEWEST_CONSTANTS: usize = 32;
/// The same for types that hold pointers: the ownership verifier follows stores, but does not follow
/// large copies.
const FEWEST_CONSTANTS_WITH_POINTERS: usize = 128;
/// The most bytes an image may have for each constant in it: the rest is zero, and cheaper to clear
/// than to copy.
const BYTES_PER_CONSTANT: u64 = 128;

/// What is left to do of an expression once the image is copied.
enum Rest {
    Nothing,
    /// It has no constants.
    All,
    /// For each item that is not done, its index in the literal, the index of its place, and what
    /// is left to do of it.
    Items(Vec<(usize, u32, Rest)>),
}

impl BodyCx<'_> {
    /// Builds the array literal `expr` in `place`, which may be longer: the rest is zero.
    pub(crate) fn array_literal(&mut self, place: Value, expr: ExprId, items: &[ExprId]) {
        if self.store_image(place, expr) {
            return;
        }
        let length = match self.cx.context.type_data(self.element_type(place)) {
            TypeData::Array(length, _) => length,
            _ => {
                never!("an array literal in a place that is not an array");
                0
            }
        };
        self.at_expr(expr);
        if length > items.len() as u64 {
            luma::Zero::build(&mut self.b, place);
        }
        for (i, &item) in items.iter().enumerate() {
            let target = self.item(place, item, i);
            self.init(target, item);
        }
    }

    /// Builds the struct literal `expr` in `place`.
    pub(crate) fn struct_literal(&mut self, place: Value, expr: ExprId, entries: &[FieldInit]) {
        let cx = self.cx;
        let Some(&TyKind::Struct(id)) = self.type_of(expr).map(|ty| cx.sema.types.kind(ty)) else {
            never!("a literal of a struct is of a struct type");
            return;
        };
        if self.store_image(place, expr) {
            return;
        }
        let fields = cx.sema.literal_fields.get(expr).map(Vec::as_slice);
        let fields = fields.or_never(&[], "the fields of a literal are numbered");
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
                    let count = cx.sema.structs[id.0 as usize].fields.len();
                    for index in (0..count as u32).filter(|i| !fields.contains(&Some(*i))) {
                        let from = self.field(source_place, id.0, index);
                        let to = self.field(place, id.0, index);
                        self.copy(from, to);
                    }
                }
                (FieldInit::Field(..), None) => {
                    never!("a literal names a field that the struct does not have");
                }
            }
        }
    }

    /// The place of item `index` of an array literal in `place`.
    fn item(&mut self, place: Value, item: ExprId, index: usize) -> Value {
        self.at_expr(item);
        let index = int(&mut self.b, index as i64, Type::I64);
        self.element(place, index)
    }

    // --- images -----------------------------------------------------------------------------------

    /// Builds the literal `expr` in `place` from an image, if it is worth one.
    fn store_image(&mut self, place: Value, expr: ExprId) -> bool {
        let cx = self.cx;
        let ty = self.element_type(place);
        let Some(&source_ty) = cx.sema.adjustments.get(expr).or(cx.sema.expr_types.get(expr))
        else {
            return false;
        };
        let Ok(Layout { size, .. }) = cx.sema.layout(source_ty) else { return false };
        let fewest = match holds_pointers(cx, source_ty) {
            true => FEWEST_CONSTANTS_WITH_POINTERS,
            false => FEWEST_CONSTANTS,
        };
        let is_dense = |constants: usize| {
            constants >= fewest && size <= (constants as u64).saturating_mul(BYTES_PER_CONSTANT)
        };
        if !is_dense(self.scalars(expr)) {
            return false;
        }
        let mut constants = 0;
        let (image, rest) = self.image(expr, ty, &mut constants);
        if !is_dense(constants) {
            return false;
        }
        self.at_expr(expr);
        let name =
            format!("{}.literal.{}", self.cx.context.name(self.b.func.name), self.literals.len());
        let name = self.cx.context.symbol(&name);
        let image = Global { ty, init: Some(image), constant: true, loc: self.b.loc };
        self.literals.push((name, image));
        let place_type = self.cx.context.place(ty);
        let source = luma::GlobalAddr::build(&mut self.b, Attribute::Symbol(name), place_type);
        let source = source.result(self.b.func);
        luma::Copy::build(&mut self.b, source, place);
        self.init_rest(place, expr, &rest);
        true
    }

    /// Stores to `place` what is not constant in the literal `expr`.
    fn init_rest(&mut self, place: Value, expr: ExprId, rest: &Rest) {
        let cx = self.cx;
        let items = match rest {
            Rest::Nothing => return,
            Rest::All => return self.init(place, expr),
            Rest::Items(items) => items,
        };
        match &cx.ast.exprs[expr].kind {
            ExprKind::ArrayLit(literal) => {
                for (index, _, rest) in items {
                    let Some(&item) = literal.get(*index) else { continue };
                    let target = self.item(place, item, *index);
                    self.init_rest(target, item, rest);
                }
            }
            ExprKind::StructLit(_, entries) => {
                let Some(ty) = self.type_of(expr) else { return };
                let TyKind::Struct(id) = *cx.sema.types.kind(ty) else { return };
                for (index, field, rest) in items {
                    let Some(FieldInit::Field(_, value)) = entries.get(*index) else { continue };
                    self.at_expr(*value);
                    let target = self.field(place, id.0, *field);
                    self.init_rest(target, *value, rest);
                }
            }
            _ => {}
        }
    }

    /// The image of `expr` in a place of type `ty`, and what it lacks. Counts the constants in it.
    fn image(&self, expr: ExprId, ty: Type, constants: &mut usize) -> (Attribute, Rest) {
        let cx = self.cx;
        if !cx.context.is_aggregate(ty) {
            return match self.scalar(expr, ty) {
                Some(value) => {
                    *constants += 1;
                    (value, Rest::Nothing)
                }
                None => (Attribute::Unit, Rest::All),
            };
        }
        let mut rest = Vec::new();
        let mut place_item = |this: &Self, at: usize, place: u32, item: ExprId, ty: Type| {
            let (value, left) = this.image(item, ty, constants);
            if !matches!(left, Rest::Nothing) {
                rest.push((at, place, left));
            }
            value
        };
        let mut image = match (&cx.ast.exprs[expr].kind, cx.context.type_data(ty)) {
            (ExprKind::ArrayLit(items), TypeData::Array(length, element)) => {
                let mut values = Vec::with_capacity(items.len());
                for (i, &item) in items.iter().enumerate() {
                    values.push(place_item(self, i, 0, item, element));
                }
                values.resize((length as usize).max(items.len()), Attribute::Unit);
                values
            }
            (ExprKind::StructLit(_, entries), TypeData::Struct(_)) => {
                let Some(fields) = self.plain_fields(expr) else {
                    return (Attribute::Unit, Rest::All);
                };
                let mut values = vec![Attribute::Unit; fields.len()];
                for (i, (entry, (field, ty))) in entries.iter().zip(&fields).enumerate() {
                    let FieldInit::Field(_, value) = entry else { continue };
                    let value = place_item(self, i, *field, *value, cx.ty(*ty));
                    if let Some(slot) = values.get_mut(*field as usize) {
                        *slot = value;
                    }
                }
                values
            }
            _ => return (Attribute::Unit, Rest::All),
        };
        if rest.len() == image.len() && rest.iter().all(|(.., rest)| matches!(rest, Rest::All)) {
            return (Attribute::Unit, Rest::All);
        }
        image.shrink_to_fit();
        let rest = if rest.is_empty() { Rest::Nothing } else { Rest::Items(rest) };
        (Attribute::array(image), rest)
    }

    /// The fields of a struct literal that gives each field once, in its order.
    fn plain_fields(&self, expr: ExprId) -> Option<Vec<(u32, Ty)>> {
        let TyKind::Struct(id) = *self.cx.sema.types.kind(self.type_of(expr)?) else { return None };
        let info = self.cx.sema.structs.get(id.0 as usize)?;
        let given = self.cx.sema.literal_fields.get(expr)?;
        let mut seen = vec![false; info.fields.len()];
        let mut fields = Vec::with_capacity(given.len());
        for field in given {
            let index = (*field)?;
            let before = std::mem::replace(seen.get_mut(index as usize)?, true);
            if before {
                return None;
            }
            fields.push((index, info.fields.get(index as usize)?.ty));
        }
        (fields.len() == info.fields.len()).then_some(fields)
    }

    /// The constant that the scalar `expr` is once it is converted to `ty`. Conversions that round
    /// are left to the operations for them.
    fn scalar(&self, expr: ExprId, ty: Type) -> Option<Attribute> {
        let value = self.constant(expr)?;
        let exact = match value {
            Const::Bool(_) => ty == Type::I1,
            Const::Int(value) if ty == Type::F32 => {
                value.unsigned_abs() <= 1 << f32::MANTISSA_DIGITS
            }
            Const::Int(value) if ty == Type::F64 => {
                value.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS
            }
            Const::Int(_) | Const::Byte(_) => ty != Type::I1,
            Const::Float(value) if ty == Type::F32 => f64::from(value as f32) == value,
            Const::Float(_) => ty == Type::F64,
            Const::Zero => true,
            Const::Str(_) | Const::Address(_) | Const::Function(_) => self.cx.context.is_ptr(ty),
            Const::Aggregate(_) => false,
        };
        exact.then(|| constants::attribute(self.cx, &value, ty))
    }

    /// The constant that `expr` is before conversions.
    fn constant(&self, expr: ExprId) -> Option<Const> {
        let cx = self.cx;
        Some(match &cx.ast.exprs[expr].kind {
            ExprKind::Int(value) => Const::Int(*value as i64),
            ExprKind::Float(value) => Const::Float(*value),
            ExprKind::Char(value) => Const::Byte(*value),
            ExprKind::Str(bytes) => Const::Str(bytes.clone()),
            ExprKind::Bool(value) => Const::Bool(*value),
            ExprKind::Unary(UnaryOp::Neg, operand)
                if cx.sema.adjustments.get(*operand).is_none() =>
            {
                match self.constant(*operand)? {
                    Const::Int(value) => Const::Int(value.wrapping_neg()),
                    Const::Float(value) => Const::Float(-value),
                    _ => return None,
                }
            }
            ExprKind::Unary(UnaryOp::AddrOf, operand) => {
                match *cx.sema.resolutions.get(*operand)? {
                    Resolution::Global(item) => Const::Address(item),
                    _ => return None,
                }
            }
            ExprKind::Cast(_, operand) => {
                let is_null = matches!(cx.ast.exprs[*operand].kind, ExprKind::Int(0))
                    && self.type_of(expr).is_some_and(|ty| cx.context.is_ptr(cx.ty(ty)));
                is_null.then_some(Const::Zero)?
            }
            ExprKind::Path(_) => match *cx.sema.resolutions.get(expr)? {
                Resolution::EnumMember(_, number) => Const::Int(i64::from(number)),
                Resolution::Global(item) => {
                    let info = cx.sema.globals.get(item).filter(|info| info.constant)?;
                    info.value.clone()
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// How many expressions there are in the literal `expr` and the literals in it.
    fn scalars(&self, expr: ExprId) -> usize {
        let mut stack = vec![expr];
        let mut count = 0;
        while let Some(expr) = stack.pop() {
            match &self.cx.ast.exprs[expr].kind {
                ExprKind::ArrayLit(items) => stack.extend(items),
                ExprKind::StructLit(_, entries) => {
                    stack.extend(entries.iter().filter_map(|entry| match entry {
                        FieldInit::Field(_, value) => Some(*value),
                        FieldInit::Spread(_) => None,
                    }));
                }
                _ => count += 1,
            }
        }
        count
    }
}
