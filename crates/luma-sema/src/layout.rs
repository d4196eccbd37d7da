//! Sizes, alignments and names of types.

use crate::Analysis;
use crate::types::{Layout, StructId, Ty, TyKind};

impl Analysis {
    /// Size and alignment in bytes of a value of type `ty`, once structs are laid out. `void`
    /// counts as 8 bytes, as it always did in Luma; sizes that do not fit saturate.
    pub fn layout(&self, ty: Ty) -> Layout {
        let mut ty = ty;
        let mut count = 1_u64;
        loop {
            let bytes = match self.types.kind(ty) {
                TyKind::Byte | TyKind::Bool => 1,
                TyKind::Float => 4,
                TyKind::Array(element, n) => {
                    count = count.saturating_mul(*n);
                    ty = *element;
                    continue;
                }
                TyKind::Struct(StructId(id)) => {
                    let one = self.struct_layouts.get(*id as usize).copied().unwrap_or_default();
                    return Layout { size: one.size.saturating_mul(count), align: one.align };
                }
                _ => 8,
            };
            return Layout { size: count.saturating_mul(bytes), align: bytes };
        }
    }

    /// `ty` as a user writes it.
    pub fn type_name(&self, ty: Ty) -> String {
        let mut text = String::new();
        self.write_type(ty, &mut text);
        text
    }

    fn write_type(&self, ty: Ty, text: &mut String) {
        // Types can nest as deep as expressions; a message is no place for all of it.
        if text.len() > 200 {
            text.push('…');
            return;
        }
        match self.types.kind(ty) {
            TyKind::Error => text.push_str("<error>"),
            TyKind::Void => text.push_str("void"),
            TyKind::Int => text.push_str("int"),
            TyKind::Byte => text.push_str("byte"),
            TyKind::Bool => text.push_str("bool"),
            TyKind::Float => text.push_str("float"),
            TyKind::Double => text.push_str("double"),
            TyKind::Str => text.push_str("str"),
            TyKind::String => text.push_str("string"),
            TyKind::Pointer(pointee) => {
                text.push('*');
                self.write_type(*pointee, text);
            }
            TyKind::Array(element, count) => {
                text.push('[');
                self.write_type(*element, text);
                text.push_str(&format!("; {count}]"));
            }
            TyKind::Struct(id) => {
                text.push_str(self.structs.get(id.0 as usize).map_or("?", |info| &info.name));
            }
            TyKind::Enum(id) => {
                text.push_str(self.enums.get(id.0 as usize).map_or("?", |info| &info.name));
            }
            TyKind::Function(params, result) => {
                text.push_str("fn (");
                for (i, param) in params.iter().enumerate() {
                    if i > 0 {
                        text.push_str(", ");
                    }
                    self.write_type(*param, text);
                }
                text.push_str(") ");
                self.write_type(*result, text);
            }
        }
    }
}
