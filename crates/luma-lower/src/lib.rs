//! Builds Luma IR from a typed syntax tree.
//!
//! Invariants: this crate does not depend on MLIR, reports no errors (semantic analysis has reported
//! all of them), and turns ownership attributes into `own.take` and `own.give` ops; no later stage
//! reads the attributes.
//!
//! Every variable becomes a place (`luma.local`), except parameters that are neither assigned nor
//! addressed; structs and arrays are built in place; scopes become regions.

mod body;
mod constants;
mod effects;
mod expr;
mod literals;
mod place;
mod stmt;
mod types;

use std::sync::Arc;

use luma_diagnostics::never;
use luma_ir::dialects::luma;
use luma_ir::{
    Attribute, Builder, Context, Function, Global, Linkage, Loc, Module, StructDef, Symbol, Table,
    Type,
};
use luma_sema::types::Ty;
use luma_sema::{Analysis, FunctionInfo};
use luma_syntax::ast::{self, Ast, ItemId, ItemKind};
use rustc_hash::FxHashMap;

use body::BodyCx;

/// Builds the module of a program. `sema` must come from `ast` and be free of errors.
pub fn lower(ast: &Ast, sema: &Analysis, context: Arc<Context>) -> Module {
    let mut module = Module::new(context);
    let types = types::TypeMap::new(sema, &module.context);
    for info in &sema.structs {
        let fields: Table<Type> = info
            .fields
            .iter()
            .map(|field| (module.context.symbol(&field.name), types.get(field.ty)))
            .collect();
        let loc = Loc::source(ast.items[info.item].span);
        module.structs.insert(module.context.symbol(&info.name), StructDef { fields, loc });
    }
    let cx = ProgramCx { ast, sema, context: module.context.clone(), types };
    for (id, item) in ast.items.iter() {
        match &item.kind {
            ItemKind::Global(_) => {
                let Some((name, global)) = global(&cx, id) else {
                    never!("a global was not analyzed");
                    continue;
                };
                module.globals.insert(name, global);
            }
            ItemKind::Function(function) => {
                // Announced prototypes have no signature of their own.
                if let Some(info) = sema.functions.get(id) {
                    let (function, literals) = self::function(&cx, function, item.public, info);
                    module.globals.extend(literals);
                    module.functions.insert(function.name, function);
                }
            }
            ItemKind::Struct(_) | ItemKind::Enum(_) => {}
        }
    }
    module
}

/// The context shared by all functions of a program.
pub(crate) struct ProgramCx<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) sema: &'a Analysis,
    pub(crate) context: Arc<Context>,
    pub(crate) types: types::TypeMap,
}

impl ProgramCx<'_> {
    /// The IR type of a type of the language.
    pub(crate) fn ty(&self, ty: Ty) -> Type {
        self.types.get(ty)
    }
}

fn global(cx: &ProgramCx<'_>, id: ItemId) -> Option<(luma_ir::Symbol, Global)> {
    let info = cx.sema.globals.get(id)?;
    let ty = cx.ty(info.ty);
    let init = match constants::attribute(cx, &info.value, ty) {
        Attribute::Unit => None,
        value => Some(value),
    };
    let loc = Loc::source(cx.ast.items[id].span);
    Some((
        cx.context.symbol(&info.name),
        // Elements and fields of a constant aggregate may be assigned, so it stays in memory.
        Global { ty, init, constant: info.constant && !cx.context.is_aggregate(ty), loc },
    ))
}

/// A function, and the globals for its large literals.
fn function(
    cx: &ProgramCx<'_>,
    decl: &ast::Function,
    public: bool,
    info: &FunctionInfo,
) -> (Function, Vec<(Symbol, Global)>) {
    let params = info.params.iter().map(|&ty| cx.ty(ty)).collect();
    let results = match cx.ty(info.result) {
        Type::VOID => Vec::new(),
        ty => vec![ty],
    };
    let loc = Loc::source(decl.name.span);
    let mut f = Function::new(cx.context.symbol(&info.name), params, results, loc);
    f.linkage = match (info.external, info.name.as_str()) {
        (true, _) => Linkage::External,
        (_, "main") => Linkage::Public,
        _ if public => Linkage::Public,
        _ => Linkage::Private,
    };
    let mut flag = |name: &str, set: bool| {
        if set {
            f.attributes.push((cx.context.symbol(name), Attribute::Unit));
        }
    };
    flag("returns_ownership", decl.attributes.returns_ownership.is_some());
    flag("takes_ownership", decl.attributes.takes_ownership.is_some());
    let Some(body) = &decl.body else { return (f, Vec::new()) };

    let region = f.body();
    let entry = f.add_block(region);
    for ty in f.params.clone() {
        f.add_arg(entry, ty);
    }
    let b = Builder::at_end(&cx.context, &mut f, entry, loc);
    let mut body_cx = BodyCx::new(cx, b, info, FxHashMap::default());
    body_cx.params(decl, entry);
    match body {
        ast::Body::Block(block) => {
            body_cx.stmts(&block.stmts);
            body_cx.finish(block.span.shrink_to_end());
        }
        ast::Body::Expr(value) => {
            let span = cx.ast.exprs[*value].span;
            body_cx.expr_body(*value);
            body_cx.finish(span);
        }
    }
    let literals = body_cx.literals;
    (f, literals)
}

/// Whether values of an IR type contain pointers, which may be owned.
pub(crate) fn holds_pointers(cx: &ProgramCx<'_>, ty: Ty) -> bool {
    use luma_sema::types::TyKind;
    let mut stack = vec![ty];
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some(ty) = stack.pop() {
        match cx.sema.types.kind(ty) {
            TyKind::Pointer(_) | TyKind::Str | TyKind::String => return true,
            TyKind::Array(element, _) => stack.push(*element),
            TyKind::Struct(id) if seen.insert(*id) => {
                let fields = &cx.sema.structs[id.0 as usize].fields;
                stack.extend(fields.iter().map(|field| field.ty));
            }
            _ => {}
        }
    }
    false
}

/// Builds a constant of an integer type.
pub(crate) fn int(b: &mut Builder<'_>, value: i64, ty: Type) -> luma_ir::Value {
    let f = luma::Constant::build(b, Attribute::Int(value, ty), ty);
    f.result(b.func)
}
