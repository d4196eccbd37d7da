//! Sizes, alignments and names of types.

use luma_values::int::Width;
use luma_values::layout::{Layout, LayoutError, Scalar};

use crate::Analysis;
use crate::types::{StructId, Ty, TyKind};

impl Analysis {
    /// Size and alignment in bytes of a value of type `ty`, once structs are laid out.
    ///
    /// # Errors
    /// Why it has none.
    pub fn layout(&self, ty: Ty) -> Result<Layout, LayoutError> {
        let mut ty = ty;
        // Array types may nest arbitrarily deeply, so this does not recurse.
        let mut counts = Vec::new();
        let element = loop {
            break match self.types.kind(ty) {
                TyKind::Bool => Scalar::Int(Width::W1).layout(),
                TyKind::Byte => Scalar::Int(Width::W8).layout(),
                TyKind::Int | TyKind::Enum(_) => Scalar::Int(Width::W64).layout(),
                TyKind::Float => Scalar::F32.layout(),
                TyKind::Double => Scalar::F64.layout(),
                TyKind::Str | TyKind::String | TyKind::Pointer(_) => Scalar::Pointer.layout(),
                TyKind::Struct(StructId(id)) => {
                    let known = self.struct_layouts.get(*id as usize).copied();
                    known.unwrap_or(Err(LayoutError::Opaque))?
                }
                TyKind::Array(element, count) => {
                    counts.push(*count);
                    ty = *element;
                    continue;
                }
                TyKind::Void | TyKind::Function(..) | TyKind::Error => {
                    return Err(LayoutError::Unsized);
                }
            };
        };
        counts.into_iter().rev().try_fold(element, Layout::array)
    }

    /// `ty` as a user writes it.
    pub fn type_name(&self, ty: Ty) -> String {
        let mut text = String::new();
        self.write_type(ty, &mut text);
        text
    }

    fn write_type(&self, ty: Ty, text: &mut String) {
        // Types can nest as deeply as expressions, which is too much for a message.
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
                text.push_str(&self.structs[id.0 as usize].name);
            }
            TyKind::Enum(id) => {
                text.push_str(&self.enums[id.0 as usize].name);
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
