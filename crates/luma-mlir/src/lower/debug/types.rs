//! Types as debuggers see them.
//!
//! A struct may lead to itself. MLIR writes that as a type with a name (a distinct attribute) and
//! references to that name from within. A description that holds references to types around it is
//! only right there, and is made anew elsewhere; [`LIMIT`] bounds how often. Beyond, a struct is only
//! named, and debuggers find its description by that.

use luma_ir::{Module, Symbol, Type, TypeData};
use rustc_hash::FxHashMap;

use super::super::Lowering;
use super::super::emit::{Attr, Emit};
use super::attributes::{Composite, FORWARD, TAG_ARRAY, TAG_MEMBER, TAG_POINTER, TAG_STRUCTURE};

/// How many descriptions of structs are made for one module.
const LIMIT: u32 = 10_000;
/// How deep descriptions nest: MLIR and LLVM walk them by recursion.
const DEPTH_LIMIT: usize = 100;

/// Encodings of DWARF.
const BOOLEAN: u32 = 0x02;
const FLOAT: u32 = 0x04;
const SIGNED: u32 = 0x05;
const SIGNED_CHAR: u32 = 0x06;

/// Types described before.
#[derive(Default)]
pub(super) struct Types {
    known: FxHashMap<Type, Attr>,
    made: u32,
}

/// A description, and the outermost of the structs being described that it refers to.
#[derive(Clone, Copy)]
struct Described {
    attr: Attr,
    refers_to: usize,
}

/// Refers to no struct around it.
const CLOSED: usize = usize::MAX;

/// A struct that is being described.
struct Open {
    name: Symbol,
    recursive: Attr,
}

impl Types {
    /// The description of `ty`; `None` if it has no values, or none that fit into memory.
    pub(super) fn get(&mut self, m: &mut Lowering<'_>, ty: Type) -> Option<Attr> {
        Some(self.describe(m, ty, &mut Vec::new(), 0)?.attr)
    }

    fn describe(
        &mut self,
        m: &mut Lowering<'_>,
        ty: Type,
        open: &mut Vec<Open>,
        depth: usize,
    ) -> Option<Described> {
        if let Some(&attr) = self.known.get(&ty) {
            return Some(Described { attr, refers_to: CLOSED });
        }
        let basic = |emit: &Emit, name, size, encoding| Described {
            attr: emit.di_basic_type(name, size, encoding),
            refers_to: CLOSED,
        };
        let described = match m.module.context.type_data(ty) {
            TypeData::I1 => basic(&m.emit, "bool", 1, BOOLEAN),
            TypeData::I8 => basic(&m.emit, "byte", 1, SIGNED_CHAR),
            TypeData::I64 => basic(&m.emit, "int", 8, SIGNED),
            TypeData::F32 => basic(&m.emit, "float", 4, FLOAT),
            TypeData::F64 => basic(&m.emit, "double", 8, FLOAT),
            TypeData::Ptr(to) | TypeData::Place(to) => {
                let to = match depth < DEPTH_LIMIT {
                    true => self.describe(m, to, open, depth + 1),
                    false => None,
                };
                let attr = m.emit.di_derived_type(TAG_POINTER, None, to.map(|to| to.attr), 8, 0);
                Described { attr, refers_to: to.map_or(CLOSED, |to| to.refers_to) }
            }
            TypeData::Array(length, element) => {
                let (size, align) = size_and_align(m, ty)?;
                let element = self.describe(m, element, open, depth + 1)?;
                let elements = &[m.emit.di_subrange(length)];
                let attr = m.emit.di_composite_type(&Composite {
                    tag: TAG_ARRAY,
                    name: "",
                    file: None,
                    line: 0,
                    base: Some(element.attr),
                    flags: 0,
                    size,
                    align,
                    elements,
                    recursive: None,
                });
                Described { attr, refers_to: element.refers_to }
            }
            TypeData::Struct(name) => self.structure(m, ty, name, open, depth)?,
            TypeData::Void | TypeData::Function(..) => return None,
        };
        if described.refers_to == CLOSED {
            self.known.insert(ty, described.attr);
        }
        Some(described)
    }

    fn structure(
        &mut self,
        m: &mut Lowering<'_>,
        ty: Type,
        name: Symbol,
        open: &mut Vec<Open>,
        depth: usize,
    ) -> Option<Described> {
        if let Some(around) = open.iter().position(|open| open.name == name) {
            let attr = m.emit.di_enclosing_type(open.get(around)?.recursive);
            return Some(Described { attr, refers_to: around });
        }
        let module: &Module = m.module;
        let def = module.structs.get(&name)?;
        let text = module.context.name(name);
        let (file, line) = super::place(m, def.loc.span);
        let mut composite = Composite {
            tag: TAG_STRUCTURE,
            name: text,
            file,
            line,
            base: None,
            flags: FORWARD,
            size: 0,
            align: 0,
            elements: &[],
            recursive: None,
        };
        self.made += 1;
        if self.made > LIMIT || depth >= DEPTH_LIMIT {
            let attr = m.emit.di_composite_type(&composite);
            return Some(Described { attr, refers_to: CLOSED });
        }
        (composite.size, composite.align) = size_and_align(m, ty)?;
        let recursive = m.emit.distinct();
        open.push(Open { name, recursive });
        let (mut fields, mut refers_to) = (Vec::new(), CLOSED);
        for (&field, &field_type) in &def.fields {
            let layout = size_and_align(m, field_type);
            let offset = m.memory.layouts().field_offset(ty, field);
            let described = self.describe(m, field_type, open, depth + 1);
            let (Some((size, _)), Some(offset), Some(described)) = (layout, offset, described)
            else {
                continue;
            };
            let name = module.context.name(field);
            let base = Some(described.attr);
            fields.push(m.emit.di_derived_type(TAG_MEMBER, Some(name), base, size, offset));
            refers_to = refers_to.min(described.refers_to);
        }
        open.pop();
        if refers_to <= open.len() {
            composite.recursive = Some(recursive);
        }
        composite.flags = 0;
        composite.elements = &fields;
        let attr = m.emit.di_composite_type(&composite);
        let refers_to = if refers_to < open.len() { refers_to } else { CLOSED };
        Some(Described { attr, refers_to })
    }
}

/// In bytes.
fn size_and_align(m: &mut Lowering<'_>, ty: Type) -> Option<(u64, u64)> {
    let layout = m.memory.layouts().of(ty).ok()?;
    Some((layout.size, layout.align))
}
