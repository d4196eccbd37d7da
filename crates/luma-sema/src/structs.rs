//! Fields of structs, their layout, and structs that contain themselves.
//!
//! Fields are resolved on demand: the size of an array field may depend on the size of another
//! struct, wherever that one is declared.

use luma_diagnostics::{Diagnostic, Span, codes, never};
use luma_syntax::ast::{Field, ItemKind};
use luma_values::layout::{Layout, LayoutError, StructLayout};
use rustc_hash::FxHashMap;

use crate::collect::duplicate;
use crate::context::Cx;
use crate::type_exprs::{resolve, too_large};
use crate::types::{FieldInfo, StructId, Ty, TyKind};

/// Maximum size of a type in bytes: the range of a 32-bit displacement.
pub(crate) const MAX_SIZE: u64 = i32::MAX as u64;

/// The most structs and arrays that a value may nest: what makes MLIR and LLVM of it recurses.
const MAX_NESTING: u32 = 400;

/// How far the check of a struct has come.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct StructState {
    fields: Progress,
    layout: Progress,
    /// How many structs and arrays a value nests, once laid out.
    nesting: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Progress {
    #[default]
    Waiting,
    Running,
    Done,
    /// Wrong, and reported.
    Failed,
}

/// Resolves and lays out every struct.
pub(crate) fn check_structs(cx: &mut Cx<'_>) {
    for index in 0..cx.out.structs.len() {
        let id = StructId(index as u32);
        let span = cx.item_name(cx.out.structs[index].item).span;
        ensure_fields(cx, id, span);
    }
    for index in 0..cx.out.structs.len() {
        let id = StructId(index as u32);
        let span = cx.item_name(cx.out.structs[index].item).span;
        ensure_layout(cx, id, span);
    }
    cx.out.struct_layouts.resize(cx.out.structs.len(), Err(LayoutError::Opaque));
}

/// Resolves the fields of `id`, which the code at `span` needs. False if they depend on themselves.
pub(crate) fn ensure_fields(cx: &mut Cx<'_>, id: StructId, span: Span) -> bool {
    let index = id.0 as usize;
    match cx.structs[index].fields {
        Progress::Done => return true,
        Progress::Waiting => {}
        Progress::Running => {
            report_size_cycle(cx, id, span);
            return false;
        }
        Progress::Failed => return false,
    }
    let item = cx.out.structs[index].item;
    let ast = cx.ast;
    let ItemKind::Struct(strukt) = &ast.items[item].kind else {
        never!("a struct is declared by a struct item");
        return false;
    };
    if !cx.enter(span) {
        return false;
    }
    cx.structs[index].fields = Progress::Running;
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    let mut fields = Vec::with_capacity(strukt.fields.len());
    for field in &strukt.fields {
        if let Some(&first) = seen.get(field.name.text.as_str()) {
            cx.report(duplicate(&field.name.text, field.name.span, first));
        } else {
            seen.insert(&field.name.text, field.name.span);
        }
        let ty = field_type(cx, field);
        let (name, public, span) = (field.name.text.to_string(), field.public, field.name.span);
        fields.push(FieldInfo { name, ty, public, span });
    }
    cx.leave();
    // Layout order: public fields, then private ones; the sort keeps source order within both.
    fields.sort_by_key(|field| !field.public);
    if fields.is_empty() && strukt.methods.is_empty() {
        let message = format!("struct `{}` has no fields", strukt.name.text);
        let d = Diagnostic::new(codes::E0319, strukt.name.span, message)
            .help("a struct must have at least one data field");
        cx.report(d);
    }
    cx.out.structs[index].fields = fields;
    if cx.structs[index].fields == Progress::Running {
        cx.structs[index].fields = Progress::Done;
    }
    true
}

fn field_type(cx: &mut Cx<'_>, field: &Field) -> Ty {
    let ty = resolve(cx, field.ty);
    if ty == cx.prims.void {
        let span = cx.ast.types[field.ty].span;
        let message = "a field cannot have type `void`";
        let help = "`void` has no values; for a pointer to anything write `*void`";
        cx.report(Diagnostic::new(codes::E0319, span, message).help(help));
        return cx.prims.error;
    }
    ty
}

fn report_size_cycle(cx: &mut Cx<'_>, id: StructId, span: Span) {
    let info = &cx.out.structs[id.0 as usize];
    let message = format!("the layout of struct `{}` depends on itself", info.name);
    let declared = cx.item_name(info.item).span;
    let d = Diagnostic::new(codes::E0207, span, message)
        .label("needs its own size")
        .also(declared, "declared here");
    cx.report(d);
}

/// A struct on the current depth-first path.
struct Visit {
    id: StructId,
    /// The next field to look at.
    next: usize,
}

/// Lays out `id` and all structs in it, as the code at `span` needs. False if it contains itself.
pub(crate) fn ensure_layout(cx: &mut Cx<'_>, id: StructId, span: Span) -> bool {
    match cx.structs[id.0 as usize].layout {
        Progress::Done => return true,
        Progress::Waiting => {}
        Progress::Running => {
            report_size_cycle(cx, id, span);
            return false;
        }
        Progress::Failed => return false,
    }
    let mut path = Vec::new();
    let mut sound = begin(cx, id, span, &mut path);
    // An explicit stack: chains of structs may be as long as the file.
    while let Some(visit) = path.last_mut() {
        let info = &cx.out.structs[visit.id.0 as usize];
        let Some(field) = info.fields.get(visit.next) else {
            let done = visit.id;
            path.pop();
            sound &= finish(cx, done);
            continue;
        };
        visit.next += 1;
        let field_span = field.span;
        let Some(child) = struct_inside(cx, field.ty) else { continue };
        match cx.structs[child.0 as usize].layout {
            Progress::Done => {}
            Progress::Waiting => sound &= begin(cx, child, field_span, &mut path),
            Progress::Failed => sound = false,
            Progress::Running => {
                sound = false;
                report_containment(cx, &path, child);
            }
        }
    }
    sound
}

fn begin(cx: &mut Cx<'_>, id: StructId, span: Span, path: &mut Vec<Visit>) -> bool {
    cx.structs[id.0 as usize].layout = Progress::Running;
    if !ensure_fields(cx, id, span) {
        cx.structs[id.0 as usize].layout = Progress::Failed;
        return false;
    }
    path.push(Visit { id, next: 0 });
    true
}

/// The struct a value of type `ty` contains directly or as array elements.
fn struct_inside(cx: &Cx<'_>, mut ty: Ty) -> Option<StructId> {
    loop {
        match cx.kind(ty) {
            TyKind::Array(element, _) => ty = *element,
            TyKind::Struct(id) => return Some(*id),
            _ => return None,
        }
    }
}

/// How many arrays are around the elements of `ty`.
fn arrays_around(cx: &Cx<'_>, mut ty: Ty) -> u32 {
    let mut arrays = 0;
    while let TyKind::Array(element, _) = cx.kind(ty) {
        ty = *element;
        arrays += 1;
    }
    arrays
}

/// All structs in `id` are laid out or failed: now itself.
fn finish(cx: &mut Cx<'_>, id: StructId) -> bool {
    let index = id.0 as usize;
    if cx.structs[index].layout == Progress::Failed {
        return false;
    }
    let contained = |ty: Ty| struct_inside(cx, ty).map(|child| child.0 as usize);
    let fields = &cx.out.structs[index].fields;
    let is_laid_out = |child: usize| cx.structs[child].layout == Progress::Done;
    let mut failed = !fields.iter().filter_map(|f| contained(f.ty)).all(is_laid_out);
    let mut whole = StructLayout::new();
    let laid_out = fields.iter().try_for_each(|field| match cx.out.layout(field.ty) {
        Ok(part) => whole.add(part).map(|_| ()),
        // The erroneous type is already reported; the size of the other fields is still checked.
        Err(LayoutError::Unsized | LayoutError::Opaque) => Ok(()),
        Err(why) => Err(why),
    });
    let nesting = |ty: Ty| {
        let (child, arrays) = struct_inside(cx, ty).map(|child| (child, arrays_around(cx, ty)))?;
        Some(arrays + cx.structs[child.0 as usize].nesting)
    };
    let nesting = 1 + fields.iter().filter_map(|field| nesting(field.ty)).max().unwrap_or(0);
    let layout = laid_out.and_then(|()| whole.finish());
    if !failed && !layout.is_ok_and(|layout| layout.size <= MAX_SIZE) {
        let info = &cx.out.structs[index];
        let span = cx.item_name(info.item).span;
        cx.report(too_large(&cx.out.structs[index].name, span));
        failed = true;
    }
    if !failed && nesting > MAX_NESTING {
        let info = &cx.out.structs[index];
        let span = cx.item_name(info.item).span;
        let message = format!("struct `{}` is nested too deeply", info.name);
        let d = Diagnostic::new(codes::E0107, span, message)
            .note(format!("at most {MAX_NESTING} levels of structs and arrays are supported"))
            .help("hold pointers to the inner structs");
        cx.report(d);
        failed = true;
    }
    cx.structs[index].nesting = nesting;
    if cx.out.struct_layouts.len() <= index {
        cx.out.struct_layouts.resize(index + 1, Err(LayoutError::Opaque));
    }
    cx.out.struct_layouts[index] = layout;
    cx.structs[index].layout = if failed { Progress::Failed } else { Progress::Done };
    !failed
}

fn report_containment(cx: &mut Cx<'_>, path: &[Visit], child: StructId) {
    let name = cx.out.structs[child.0 as usize].name.clone();
    let span = cx.item_name(cx.out.structs[child.0 as usize].item).span;
    let mut d = Diagnostic::new(codes::E0207, span, format!("struct `{name}` contains itself"))
        .help("hold a pointer to it instead");
    // If a constant requested the layout of `child`, it is not on this path.
    let from = path.iter().rposition(|visit| visit.id == child).unwrap_or(0);
    let cycle = || path.iter().skip(from);
    for visit in cycle() {
        let info = &cx.out.structs[visit.id.0 as usize];
        let field = visit.next.checked_sub(1).and_then(|last| info.fields.get(last));
        let Some(field) = field else {
            never!("the path of `{name}` goes through a field of each struct");
            continue;
        };
        d = d.also(field.span, format!("`{}` holds a `{}`", info.name, cx.show(field.ty)));
        if d.secondary.len() >= 8 {
            break;
        }
    }
    cx.report(d);
    for visit in cycle() {
        cx.structs[visit.id.0 as usize].layout = Progress::Failed;
    }
}

/// The layout of a value of type `ty`, at most [`MAX_SIZE`] bytes, which the code at `span` needs.
///
/// # Errors
/// [`LayoutError::Opaque`] if a struct in it is erroneous, which is already reported; other errors
/// are not reported yet.
pub(crate) fn layout_of(cx: &mut Cx<'_>, ty: Ty, span: Span) -> Result<Layout, LayoutError> {
    if let Some(id) = struct_inside(cx, ty)
        && !ensure_layout(cx, id, span)
    {
        return Err(LayoutError::Opaque);
    }
    let layout = cx.out.layout(ty)?;
    if layout.size > MAX_SIZE { Err(LayoutError::TooLarge) } else { Ok(layout) }
}
