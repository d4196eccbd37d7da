//! Types.

use luma_diagnostics::Span;
use smallvec::SmallVec;

use super::{Reader, Word};
use crate::types::{Type, TypeData};

/// What stands between the angle brackets of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TypeArg<'t> {
    Type(Type, Span),
    Int(&'t str),
    Symbol(&'t str),
}

/// A type that is not one of Luma IR, but that the generic form has in some places.
#[derive(Debug)]
pub(super) struct Foreign {
    name: String,
    /// Of a tuple.
    pub(super) elements: Option<Vec<(Type, Span)>>,
}

/// Ids from here on stand for the reader's [`Foreign`] types.
const FOREIGN: u32 = u32::MAX / 2;

impl<'t> Reader<'t> {
    /// A type written as a bare name.
    pub(crate) fn named_type(&mut self, name: Word<'t>) -> Type {
        match name.item {
            "i1" => Type::I1,
            "i8" => Type::I8,
            "i64" => Type::I64,
            "f32" => Type::F32,
            "f64" => Type::F64,
            other => {
                self.error(name.span, format!("unknown type `{other}`"));
                Type::VOID
            }
        }
    }

    pub(crate) fn function_type(&mut self, params: u32, results: u32) -> Type {
        let results = self.take_types(results);
        let params = self.take_types(params);
        self.context.function_type(&params, &results)
    }

    /// A type with `args` arguments, which ends at `end`.
    pub(crate) fn dialect_type(&mut self, name: Word<'t>, args: u32, end: u32) -> Type {
        let span = Span { end, ..name.span };
        let start = self.type_args.len() - args as usize;
        let args: SmallVec<[TypeArg<'t>; 2]> = SmallVec::from_slice(&self.type_args[start..]);
        self.type_args.truncate(start);
        if args.is_empty()
            && let Some(expanded) = &self.expanded
        {
            if let Some(&ty) = expanded.types.get(name.item) {
                return ty;
            }
            if !name.item.contains('.') {
                let op = &expanded.op;
                let message = format!("`{op}` has no operand or result `{}`", name.item);
                self.error(span, message);
                return Type::VOID;
            }
        }
        match (name.item, args.as_slice()) {
            ("luma.void", []) => Type::VOID,
            ("luma.ptr", &[TypeArg::Type(element, at)]) => {
                let element = self.known(element, at);
                self.context.ptr(element)
            }
            ("luma.place", &[TypeArg::Type(element, at)]) => {
                let element = self.known(element, at);
                self.context.place(element)
            }
            ("luma.array", &[TypeArg::Int(length), TypeArg::Type(element, at)]) => {
                let element = self.known(element, at);
                match length.parse() {
                    Ok(length) => self.context.ty(TypeData::Array(length, element)),
                    Err(_) => {
                        self.error(span, format!("`{length}` is not an array length"));
                        Type::VOID
                    }
                }
            }
            ("luma.struct", [TypeArg::Symbol(name)]) => {
                self.context.ty(TypeData::Struct(self.context.symbol(name)))
            }
            ("llvm.ptr", []) => self.foreign(name.item, None),
            ("tuple", args) => {
                let elements = args.iter().filter_map(|arg| match arg {
                    TypeArg::Type(ty, span) => Some((*ty, *span)),
                    _ => None,
                });
                let elements = elements.collect();
                self.foreign(name.item, Some(elements))
            }
            _ => {
                self.unknown_type(name.item, span);
                Type::VOID
            }
        }
    }

    fn unknown_type(&mut self, name: &str, span: Span) {
        self.error(span, format!("unknown type `!{name}`, or wrong parameters for it"));
    }

    fn foreign(&mut self, name: &str, elements: Option<Vec<(Type, Span)>>) -> Type {
        self.foreign.push(Foreign { name: name.to_string(), elements });
        Type(FOREIGN + self.foreign.len() as u32 - 1)
    }

    /// The elements of a tuple type.
    pub(super) fn tuple(&self, ty: Type) -> Option<&[(Type, Span)]> {
        let index = ty.0.checked_sub(FOREIGN)?;
        self.foreign.get(index as usize)?.elements.as_deref()
    }

    /// A type of Luma IR.
    pub(super) fn known(&mut self, ty: Type, span: Span) -> Type {
        let Some(index) = ty.0.checked_sub(FOREIGN) else { return ty };
        let name = self.foreign[index as usize].name.clone();
        self.unknown_type(&name, span);
        Type::VOID
    }

    /// The last `count` types that wait.
    pub(super) fn take_types(&mut self, count: u32) -> Vec<Type> {
        let types = self.types.split_off(self.types.len() - count as usize);
        types.into_iter().map(|(ty, span)| self.known(ty, span)).collect()
    }
}
