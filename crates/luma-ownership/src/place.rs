//! Places behind parameters as the source would write them: `*p`, `p.next`, `p[2].data`.

use luma_ir::{Function, Module, Type, TypeData};

use crate::layout::Layout;
use crate::summary::Path;

/// The place at `path`. An offset that the types do not explain is written in bytes.
pub(crate) fn place(module: &Module, f: &Function, path: &Path) -> String {
    let mut text = parameter_name(module, f, path.parameter);
    let mut ty = f.params.get(path.parameter as usize).copied();
    for &offset in &path.offsets {
        let found = ty.and_then(|ty| match module.context.is_aggregate(ty) {
            // A struct or array that is passed by value.
            true => inside(module, ty, offset).map(|(inner, ty)| (format!("{text}{inner}"), ty)),
            false => behind(module, &text, module.context.element(ty)?, offset),
        });
        (text, ty) = match found {
            Some((text, ty)) => (text, Some(ty)),
            None => (format!("*({text} + {offset})"), None),
        };
    }
    text
}

/// The field at byte `offset` of a value of type `ty`, as `.name`, or else the offset.
pub(crate) fn field(module: &Module, ty: Type, offset: i64) -> String {
    let found = inside(module, ty, offset);
    found.map_or_else(|| format!("+{offset}"), |(text, _)| text)
}

/// The name of a parameter, or its number from 0 if it has none.
pub(crate) fn parameter_name(module: &Module, f: &Function, parameter: u32) -> String {
    let arg = f.entry().and_then(|entry| f.block_args(entry).get(parameter as usize).copied());
    let name = arg.and_then(|arg| f.value_name(arg)).map(|name| module.context.name(name));
    name.map_or_else(|| format!("#{parameter}"), |name| name.to_string())
}

/// The scalar `offset` bytes from where `pointer`, a pointer to `target`, points to, and its type.
pub(crate) fn behind(
    module: &Module,
    pointer: &str,
    target: Type,
    offset: i64,
) -> Option<(String, Type)> {
    if target == Type::VOID {
        return None;
    }
    let mut layout = Layout::new(module);
    let size = layout.size(target).max(1);
    let (index, rest) = (offset.div_euclid(size), offset.rem_euclid(size));
    let (inner, ty) = find(&mut layout, target, rest)?;
    let simple = !pointer.starts_with('*');
    let base = if simple { pointer.to_owned() } else { format!("({pointer})") };
    let text = match (index, inner.as_str()) {
        (0, "") => format!("*{pointer}"),
        (0, inner) if inner.starts_with('.') => format!("{base}{inner}"),
        (0, inner) => format!("(*{pointer}){inner}"),
        (index, inner) => format!("{base}[{index}]{inner}"),
    };
    Some((text, ty))
}

/// The access path to the scalar at byte `offset` of a value of type `ty`: `.name`, `[2].name`, or
/// nothing for the value itself; and its type.
pub(crate) fn inside(module: &Module, ty: Type, offset: i64) -> Option<(String, Type)> {
    find(&mut Layout::new(module), ty, offset)
}

fn find(layout: &mut Layout<'_>, ty: Type, offset: i64) -> Option<(String, Type)> {
    let (step, inner, rest) = match layout.module.context.type_data(ty) {
        TypeData::Array(count, element) => {
            let index = offset / layout.size(element).max(1);
            if !u64::try_from(index).is_ok_and(|index| index < count) {
                return None;
            }
            let start = layout.size(element).saturating_mul(index);
            (format!("[{index}]"), element, offset - start)
        }
        TypeData::Struct(name) => {
            let def = layout.module.structs.get(&name)?;
            let (field, inner, start) = def.fields.iter().rev().find_map(|(&field, &inner)| {
                let start = layout.field_offset(ty, field)?;
                (start <= offset).then_some((field, inner, start))
            })?;
            (format!(".{}", layout.module.context.name(field)), inner, offset - start)
        }
        _ => return (offset == 0).then(|| (String::new(), ty)),
    };
    let (text, ty) = find(layout, inner, rest)?;
    Some((step + &text, ty))
}
