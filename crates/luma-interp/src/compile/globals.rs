//! The initial bytes of globals.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::{Attribute, Type, TypeData};

use super::Compiler;
use super::ops::scalar_bits;
use crate::code::GlobalImage;
use crate::memory;

impl Compiler<'_> {
    /// Builds the images of all globals.
    pub(super) fn globals(&mut self) {
        let module = self.module;
        for (&name, global) in &module.globals {
            let size = self.size(global.ty);
            let mut bytes = vec![0; size as usize];
            if let Some(init) = &global.init {
                self.fill(&mut bytes, global.ty, init);
            }
            let name = format!("the global `{}`", module.context.name(name));
            self.program.globals.push(GlobalImage { name, bytes });
        }
    }

    /// Writes `init` of type `ty` to `bytes`, which are zero.
    fn fill(&mut self, bytes: &mut [u8], ty: Type, init: &Attribute) {
        // An initial value nests as deeply as its type, so the stack is explicit.
        let mut stack = vec![(0u64, ty, init)];
        while let Some((at, ty, init)) = stack.pop() {
            if let Attribute::Array(items) = init {
                match self.module.context.type_data(ty) {
                    TypeData::Array(_, element) => {
                        let size = self.layouts.of(element).size;
                        let parts = items.iter().enumerate();
                        stack.extend(parts.map(|(i, item)| (at + i as u64 * size, element, item)));
                    }
                    TypeData::Struct(name) => {
                        let Some(def) = self.module.structs.get(&name) else {
                            never!("a struct type that is not defined");
                            continue;
                        };
                        let offsets = self.layouts.offsets(ty);
                        let parts = offsets.iter().zip(def.fields.values()).zip(items.iter());
                        stack.extend(parts.map(|((offset, &ty), item)| (at + offset, ty, item)));
                    }
                    _ => {
                        never!("an initial value of an aggregate for a scalar");
                    }
                }
                continue;
            }
            let bits = match init {
                Attribute::Str(text) => memory::literal_address(self.literal(text) as usize),
                Attribute::Symbol(name) => match self.module.globals.get_index_of(name) {
                    Some(index) => memory::global_address(index),
                    None => {
                        let index = self.module.functions.get_index_of(name);
                        let index = index.or_never(0, "initial values name items of the module");
                        memory::function_address(index)
                    }
                },
                other => scalar_bits(other, ty),
            };
            let size = self.layouts.of(ty).size.min(8) as usize;
            let target = usize::try_from(at).ok().and_then(|at| bytes.get_mut(at..at + size));
            match target {
                _ if matches!(init, Attribute::Unit) => {}
                Some(target) => target.copy_from_slice(&bits.to_le_bytes()[..size]),
                None => {
                    never!("an initial value reaches past the end of its global");
                }
            }
        }
    }
}
