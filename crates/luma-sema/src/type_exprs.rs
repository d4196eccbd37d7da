//! Resolution of types as written.

use luma_diagnostics::{Diagnostic, Span, closest, codes};
use luma_syntax::ast::{ExprId, Name, TypeId, TypeKind};
use luma_values::layout::LayoutError;

use crate::Const;
use crate::constants::evaluate;
use crate::context::{Cx, Def, Prims};
use crate::convert::{Site, check_to};
use crate::structs::{MAX_SIZE, layout_of};
use crate::types::{Ty, TyKind};

/// The built-in type called `name`.
pub(crate) fn builtin(prims: &Prims, name: &str) -> Option<Ty> {
    Some(match name {
        "int" => prims.int,
        "byte" | "char" => prims.byte,
        "bool" => prims.bool,
        "float" => prims.float,
        "double" => prims.double,
        "void" => prims.void,
        "str" => prims.str,
        "string" => prims.string,
        _ => return None,
    })
}

const BUILTIN_NAMES: [&str; 9] =
    ["int", "byte", "char", "bool", "float", "double", "void", "str", "string"];

/// The type that `id` denotes. Each written type is resolved once; names of local variables in
/// array sizes are looked up in the current scopes.
pub(crate) fn resolve(cx: &mut Cx<'_>, id: TypeId) -> Ty {
    if let Some(&ty) = cx.out.type_exprs.get(id) {
        return ty;
    }
    let ast = cx.ast;
    let span = ast.types[id].span;
    let ty = match &ast.types[id].kind {
        TypeKind::Path(path) => resolve_path(cx, path, span),
        TypeKind::Pointer(pointee) => {
            let pointee = resolve(cx, *pointee);
            if cx.is_error(pointee) { pointee } else { cx.pointer_to(pointee) }
        }
        TypeKind::Array(element, size) => resolve_array(cx, *element, *size),
        TypeKind::Function(..) => {
            let message = "function values are not supported yet";
            let d = Diagnostic::new(codes::E0109, span, message)
                .label("a function type cannot be used here");
            cx.report(d);
            cx.prims.error
        }
        TypeKind::Error => cx.prims.error,
    };
    cx.out.type_exprs.insert(id, ty);
    ty
}

/// Like [`resolve`], for something that holds a value of the type: the type must have a size, and
/// not too large a one.
pub(crate) fn resolve_value(cx: &mut Cx<'_>, id: TypeId, what: &str) -> Ty {
    let ty = resolve(cx, id);
    let span = cx.ast.types[id].span;
    if ty == cx.prims.void {
        let message = format!("{what} cannot have type `void`");
        let help = "`void` has no values; for a pointer to anything write `*void`";
        cx.report(Diagnostic::new(codes::E0319, span, message).help(help));
        return cx.prims.error;
    }
    if matches!(cx.kind(ty), TyKind::Array(..)) {
        match layout_of(cx, ty, span) {
            Ok(_) => {}
            Err(LayoutError::TooLarge) => {
                cx.report(too_large(&cx.show(ty), span));
                return cx.prims.error;
            }
            Err(_) => return cx.prims.error,
        }
    }
    ty
}

/// The error for a type that is too large for memory.
pub(crate) fn too_large(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::E0310, span, format!("`{name}` is too large"))
        .note(format!("a type may take at most {MAX_SIZE} bytes"))
}

fn resolve_path(cx: &mut Cx<'_>, path: &[Name], span: Span) -> Ty {
    let [name] = path else {
        let Some(first) = path.first() else { return cx.prims.error };
        let message = format!("undefined name `{}`", first.text);
        let d = Diagnostic::new(codes::E0201, first.span, message)
            .label("not a module")
            .note("types of other modules are not supported yet");
        cx.report(d);
        return cx.prims.error;
    };
    if name.text.is_empty() {
        return cx.prims.error;
    }
    if let Some(ty) = builtin(&cx.prims, &name.text) {
        return ty;
    }
    match cx.names.get(name.text.as_str()).copied() {
        Some(Def::Struct(id)) => cx.out.types.intern(TyKind::Struct(id)),
        Some(Def::Enum(id)) => cx.out.types.intern(TyKind::Enum(id)),
        Some(def @ (Def::Function(_) | Def::Global(_))) => {
            let message = format!("`{}` is not a type", name.text);
            let d = Diagnostic::new(codes::E0202, span, message)
                .also(cx.def_span(def), "declared here");
            cx.report(d);
            cx.prims.error
        }
        None => {
            let d = undefined(cx, name);
            cx.report(d);
            cx.prims.error
        }
    }
}

/// The error that there is no type `name`.
pub(crate) fn undefined(cx: &mut Cx<'_>, name: &Name) -> Diagnostic {
    let d = Diagnostic::new(codes::E0202, name.span, format!("undefined type `{}`", name.text));
    let alias = match name.text.as_str() {
        "uint" | "long" | "short" | "integer" | "Integer" | "Int" | "i16" | "i32" | "i64"
        | "i128" | "u16" | "u32" | "u64" | "u128" | "isize" | "usize" | "int16" | "int32"
        | "int64" | "uint16" | "uint32" | "uint64" | "int16_t" | "int32_t" | "int64_t"
        | "uint16_t" | "uint32_t" | "uint64_t" | "size_t" | "ssize_t" | "number" => Some("int"),
        "u8" | "i8" | "int8" | "uint8" | "int8_t" | "uint8_t" | "uchar" | "rune" => Some("byte"),
        "f32" | "float32" => Some("float"),
        "f64" | "float64" => Some("double"),
        "boolean" | "_Bool" => Some("bool"),
        "String" => Some("str"),
        "unit" | "Void" => Some("void"),
        _ => None,
    };
    let candidates = cx
        .names
        .iter()
        .filter(|(_, def)| matches!(def, Def::Struct(_) | Def::Enum(_)))
        .map(|(name, _)| *name)
        .chain(BUILTIN_NAMES);
    let meant = match alias {
        Some(alias) => Some(alias),
        None if cx.suggestions_left > 0 => closest(&name.text, candidates),
        None => None,
    };
    cx.suggestions_left = cx.suggestions_left.saturating_sub(1);
    match meant {
        Some(meant) => d.fix(format!("did you mean `{meant}`?"), name.span, meant),
        None => d,
    }
}

fn resolve_array(cx: &mut Cx<'_>, element: TypeId, size: ExprId) -> Ty {
    let element_span = cx.ast.types[element].span;
    let mut element = resolve(cx, element);
    if element == cx.prims.void {
        let message = "the elements of an array cannot have type `void`";
        cx.report(Diagnostic::new(codes::E0319, element_span, message));
        element = cx.prims.error;
    }
    let Some(count) = array_size(cx, size) else { return cx.prims.error };
    if cx.is_error(element) { element } else { cx.out.types.intern(TyKind::Array(element, count)) }
}

fn array_size(cx: &mut Cx<'_>, size: ExprId) -> Option<u64> {
    let outer = std::mem::replace(&mut cx.in_constant, true);
    let int = cx.prims.int;
    let sound = check_to(cx, size, int, Site::Size);
    cx.in_constant = outer;
    if !sound {
        return None;
    }
    let span = cx.span(size);
    let value = match evaluate(cx, size) {
        Ok(Const::Int(value)) => value,
        Ok(_) => return None,
        Err(why) => {
            if let Some(d) = why.diagnostic("the size of an array must be a constant") {
                cx.report(d);
            }
            return None;
        }
    };
    cx.out.constants.insert(size, Const::Int(value));
    if value < 1 {
        let message = format!("an array cannot have {value} elements");
        let d = Diagnostic::new(codes::E0310, span, message).help("its size must be at least 1");
        cx.report(d);
        return None;
    }
    if value as u64 > MAX_SIZE {
        let message = format!("an array of {value} elements is too large");
        let note = format!("a type may take at most {MAX_SIZE} bytes");
        cx.report(Diagnostic::new(codes::E0310, span, message).note(note));
        return None;
    }
    Some(value as u64)
}
