//! Operations without control flow.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::{attr, luma, own};
use luma_ir::{Attribute, Op, Type, Value};

use super::Body;
use super::locals::Kind;
use crate::code::{Inst, PrintKind, Slot};
use crate::memory;

impl Body<'_, '_> {
    /// Emits `op`, which neither ends a block nor has regions.
    pub(super) fn plain(&mut self, op: Op) {
        match self.f.op_name(op) {
            luma::Constant::NAME => self.constant_op(op),
            luma::Null::NAME => {
                let d = self.result_reg(op);
                self.constant(d, 0);
            }
            luma::String::NAME => {
                let Some(Attribute::Str(bytes)) = luma::String(op).value_attr(self.f) else {
                    never!("a string without text");
                    return;
                };
                let bytes = bytes.clone();
                let index = self.c.literal(&bytes);
                let d = self.result_reg(op);
                self.constant(d, memory::literal_address(index as usize));
            }
            luma::Sizeof::NAME => {
                let of = luma::Sizeof(op).of_attr(self.f).and_then(Attribute::as_type);
                let of = of.or_never(Type::VOID, "`luma.sizeof` has a type");
                let size = self.c.layouts.of(of).size;
                let d = self.result_reg(op);
                self.constant(d, size);
            }
            luma::Add::NAME
            | luma::Sub::NAME
            | luma::Mul::NAME
            | luma::Div::NAME
            | luma::Rem::NAME
            | luma::And::NAME
            | luma::Or::NAME
            | luma::Xor::NAME
            | luma::Shl::NAME
            | luma::Shr::NAME => self.binary(op),
            luma::Neg::NAME => self.negation(op),
            luma::Not::NAME => {
                let is_bool = self.f.value_type(self.operand(op, 0)) == Type::I1;
                let (a, d) = (self.operand_reg(op, 0), self.result_reg(op));
                self.emit(if is_bool { Inst::NotBool { d, a } } else { Inst::Not { d, a } });
            }
            luma::Cmp::NAME => self.compare(op),
            luma::Cast::NAME => self.cast(op),
            luma::Local::NAME => self.local(op),
            luma::GlobalAddr::NAME => {
                let symbol = self.symbol(op, attr::GLOBAL);
                let index = symbol.and_then(|s| self.c.module.globals.get_index_of(&s));
                let index = index.or_never(0, "the global is in the module");
                let d = self.result_reg(op);
                self.constant(d, memory::global_address(index));
            }
            luma::Field::NAME => self.field(op),
            luma::Element::NAME | luma::Offset::NAME => self.index(op),
            luma::Deref::NAME | luma::AddrOf::NAME | own::Take::NAME | own::Give::NAME => {
                let slot = self.slot(self.operand(op, 0));
                self.set(self.result(op), slot);
            }
            luma::Load::NAME => self.load_op(op),
            luma::Store::NAME => {
                let (value, place) = (self.operand(op, 0), self.operand(op, 1));
                let from = self.slot(value);
                self.store(from, place, self.f.value_type(value));
            }
            luma::Copy::NAME => self.copy(op),
            luma::Zero::NAME => self.zero(op),
            luma::Alloc::NAME => {
                let (a, d) = (self.operand_reg(op, 0), self.result_reg(op));
                self.emit(Inst::Alloc { d, a });
            }
            luma::Free::NAME => {
                let a = self.operand_reg(op, 0);
                self.emit(Inst::Free { a });
            }
            luma::Print::NAME => self.print(op),
            name => {
                let def = self.c.module.context.op_def(name);
                let mut message = format!("the interpreter has no meaning for `{}`", def.name);
                if def.expansion.is_some() {
                    message += " before `expand-ops`";
                }
                self.unsupported(message);
            }
        }
    }

    fn constant_op(&mut self, op: Op) {
        let d = self.result_reg(op);
        let ty = self.f.value_type(self.result(op));
        let bits = match luma::Constant(op).value_attr(self.f) {
            Some(value) => scalar_bits(value, ty),
            None => 0,
        };
        self.constant(d, bits);
    }

    fn binary(&mut self, op: Op) {
        let (a, b, d) = (self.operand_reg(op, 0), self.operand_reg(op, 1), self.result_reg(op));
        let ty = self.f.value_type(self.operand(op, 0));
        let inst = match (self.f.op_name(op), ty) {
            (luma::Add::NAME, Type::F64) => Inst::AddF64 { d, a, b },
            (luma::Sub::NAME, Type::F64) => Inst::SubF64 { d, a, b },
            (luma::Mul::NAME, Type::F64) => Inst::MulF64 { d, a, b },
            (luma::Div::NAME, Type::F64) => Inst::DivF64 { d, a, b },
            (luma::Add::NAME, Type::F32) => Inst::AddF32 { d, a, b },
            (luma::Sub::NAME, Type::F32) => Inst::SubF32 { d, a, b },
            (luma::Mul::NAME, Type::F32) => Inst::MulF32 { d, a, b },
            (luma::Div::NAME, Type::F32) => Inst::DivF32 { d, a, b },
            (luma::Add::NAME, _) => Inst::Add { d, a, b },
            (luma::Sub::NAME, _) => Inst::Sub { d, a, b },
            (luma::Mul::NAME, _) => Inst::Mul { d, a, b },
            (luma::Div::NAME, Type::I8) => Inst::Div8 { d, a, b },
            (luma::Rem::NAME, Type::I8) => Inst::Rem8 { d, a, b },
            (luma::Div::NAME, _) => Inst::Div { d, a, b },
            (luma::Rem::NAME, _) => Inst::Rem { d, a, b },
            (luma::And::NAME, _) => Inst::And { d, a, b },
            (luma::Or::NAME, _) => Inst::Or { d, a, b },
            (luma::Xor::NAME, _) => Inst::Xor { d, a, b },
            (luma::Shl::NAME, _) => Inst::Shl { d, a, b },
            _ => Inst::Shr { d, a, b },
        };
        self.emit(inst);
        let grows = matches!(
            inst,
            Inst::Add { .. } | Inst::Sub { .. } | Inst::Mul { .. } | Inst::Shl { .. }
        );
        if ty == Type::I8 && grows {
            self.emit(Inst::Narrow { d, a: d });
        }
    }

    fn negation(&mut self, op: Op) {
        let (a, d) = (self.operand_reg(op, 0), self.result_reg(op));
        match self.f.value_type(self.operand(op, 0)) {
            Type::F64 => self.emit(Inst::NegF64 { d, a }),
            Type::F32 => self.emit(Inst::NegF32 { d, a }),
            Type::I8 => {
                self.emit(Inst::Neg { d, a });
                self.emit(Inst::Narrow { d, a: d });
            }
            _ => self.emit(Inst::Neg { d, a }),
        }
    }

    /// Integers and pointers compare signed, floats ordered. As a signed `i1`, true is -1.
    fn compare(&mut self, op: Op) {
        let (mut a, mut b, d) =
            (self.operand_reg(op, 0), self.operand_reg(op, 1), self.result_reg(op));
        let ty = self.f.value_type(self.operand(op, 0));
        let predicate = luma::Cmp(op).pred_attr(self.f).and_then(Attribute::as_str);
        let predicate = predicate.or_never("eq", "a comparison has a predicate");
        let greater = matches!(predicate, "gt" | "ge");
        let ordered = greater || matches!(predicate, "lt" | "le");
        if greater != (ordered && ty == Type::I1) {
            (a, b) = (b, a);
        }
        let inst = match (predicate, ty) {
            ("eq", Type::F64) => Inst::EqF64 { d, a, b },
            ("ne", Type::F64) => Inst::NeF64 { d, a, b },
            ("lt" | "gt", Type::F64) => Inst::LtF64 { d, a, b },
            (_, Type::F64) => Inst::LeF64 { d, a, b },
            ("eq", Type::F32) => Inst::EqF32 { d, a, b },
            ("ne", Type::F32) => Inst::NeF32 { d, a, b },
            ("lt" | "gt", Type::F32) => Inst::LtF32 { d, a, b },
            (_, Type::F32) => Inst::LeF32 { d, a, b },
            ("eq", _) => Inst::Eq { d, a, b },
            ("ne", _) => Inst::Ne { d, a, b },
            ("lt" | "gt", _) => Inst::Lt { d, a, b },
            _ => Inst::Le { d, a, b },
        };
        self.emit(inst);
    }

    /// Integers widen by their sign (so true becomes -1) and narrow to their low bits; floats
    /// become 64-bit integers first, pointers are 64-bit integers.
    fn cast(&mut self, op: Op) {
        let (from, to) =
            (self.f.value_type(self.operand(op, 0)), self.f.value_type(self.result(op)));
        let is_wide =
            |ty: Type| ty == Type::I64 || !(ty.is_int() || ty.is_float() || ty == Type::I1);
        let kept = from == to || (is_wide(to) && (is_wide(from) || from == Type::I8));
        let mut a = self.operand_reg(op, 0);
        if kept {
            return self.set(self.result(op), Slot::Reg(a));
        }
        let d = self.result_reg(op);
        // To a 64-bit integer or the target float.
        let first = match (from, to) {
            (Type::F64, Type::F32) => return self.emit(Inst::F64ToF32 { d, a }),
            (Type::F32, Type::F64) => return self.emit(Inst::F32ToF64 { d, a }),
            (Type::F64, _) => Some(Inst::F64ToInt { d, a }),
            (Type::F32, _) => Some(Inst::F32ToInt { d, a }),
            (Type::I1, _) => Some(Inst::Neg { d, a }),
            _ => None,
        };
        if let Some(first) = first {
            self.emit(first);
            a = d;
        }
        let second = match to {
            Type::I1 => Inst::LowBit { d, a },
            Type::I8 => Inst::Narrow { d, a },
            Type::F64 => Inst::IntToF64 { d, a },
            Type::F32 => Inst::IntToF32 { d, a },
            _ => return,
        };
        self.emit(second);
    }

    // --- places -----------------------------------------------------------------------------

    fn local(&mut self, op: Op) {
        let place = self.result(op);
        let d = self.reg(place);
        match self.kind(place) {
            Kind::Memory => {
                let element = self.element(place);
                let size = self.c.size(element);
                self.emit(Inst::Local { d, size });
            }
            Kind::Checked => self.emit(Inst::Undefine { d }),
            Kind::Plain => {}
        }
    }

    fn field(&mut self, op: Op) {
        let base = self.operand(op, 0);
        let name = luma::Field(op).field_attr(self.f).and_then(Attribute::as_str);
        let name = self.c.module.context.symbol(name.or_never("", "the attribute is text"));
        let element = self.element(base);
        let offset = self.c.layouts.field(element, name);
        let offset = offset.or_never(0, "the struct has the field");
        let a = self.reg(base);
        match u32::try_from(offset) {
            Ok(0) => self.set(self.result(op), Slot::Reg(a)),
            Ok(offset) => {
                let d = self.result_reg(op);
                self.emit(Inst::Field { d, a, offset });
            }
            Err(_) => self.c.refuse("a struct larger than the interpreter has room for"),
        }
    }

    /// `luma.element` and `luma.offset`. Offsets into memory of unknown type are in bytes.
    fn index(&mut self, op: Op) {
        let (a, b, d) = (self.operand_reg(op, 0), self.operand_reg(op, 1), self.result_reg(op));
        let size = match self.element(self.result(op)) {
            Type::VOID => 1,
            element => self.c.size(element),
        };
        self.emit(Inst::Index { d, a, b, size });
    }

    fn load_op(&mut self, op: Op) {
        let place = self.operand(op, 0);
        let result = self.result(op);
        let to = self.slot(result);
        self.load(to, place, self.f.value_type(result));
    }

    fn load(&mut self, to: Slot, place: Value, ty: Type) {
        let a = self.reg(place);
        let inst = match (to, self.kind(place)) {
            (Slot::Area(at, size), _) => Inst::LoadArea { at, a, size },
            (Slot::Reg(d), Kind::Checked) => Inst::Read { d, a },
            (Slot::Reg(d), Kind::Plain) => Inst::Copy { d, a },
            (Slot::Reg(d), Kind::Memory) => match ty {
                Type::I1 => Inst::LoadBool { d, a },
                Type::I8 => Inst::Load8 { d, a },
                Type::F32 => Inst::Load32 { d, a },
                _ => Inst::Load64 { d, a },
            },
        };
        self.emit(inst);
    }

    fn store(&mut self, from: Slot, place: Value, ty: Type) {
        let a = self.reg(place);
        let inst = match (from, self.kind(place)) {
            (Slot::Area(at, size), _) => Inst::StoreArea { a, at, size },
            (Slot::Reg(v), Kind::Checked) => Inst::Write { d: a, a: v },
            (Slot::Reg(v), Kind::Plain) => Inst::Copy { d: a, a: v },
            (Slot::Reg(v), Kind::Memory) => match ty {
                Type::I1 | Type::I8 => Inst::Store8 { a, v },
                Type::F32 => Inst::Store32 { a, v },
                _ => Inst::Store64 { a, v },
            },
        };
        self.emit(inst);
    }

    fn copy(&mut self, op: Op) {
        let (source, target) = (self.operand(op, 0), self.operand(op, 1));
        let ty = self.element(source);
        if self.is_aggregate(ty) {
            let (from, to) = (self.reg(source), self.reg(target));
            let size = self.c.size(ty);
            return self.emit(Inst::CopyMemory { from, to, size });
        }
        let between = Slot::Reg(self.frame.register());
        self.load(between, source, ty);
        self.store(between, target, ty);
    }

    fn zero(&mut self, op: Op) {
        let place = self.operand(op, 0);
        let ty = self.element(place);
        if self.kind(place) == Kind::Memory {
            let a = self.reg(place);
            let size = self.c.size(ty);
            return self.emit(Inst::ZeroMemory { a, size });
        }
        let zero = self.frame.register();
        self.constant(zero, 0);
        self.store(Slot::Reg(zero), place, ty);
    }

    fn print(&mut self, op: Op) {
        let value = self.operand(op, 0);
        let kind = match self.f.value_type(value) {
            Type::I1 => PrintKind::Bool,
            Type::I8 => PrintKind::Byte,
            Type::I64 => PrintKind::Int,
            Type::F32 => PrintKind::F32,
            Type::F64 => PrintKind::F64,
            _ if self.element(value) == Type::I8 => PrintKind::Text,
            _ => PrintKind::Pointer,
        };
        let a = self.reg(value);
        self.emit(Inst::Print { a, kind });
    }
}

/// What a register holds for the constant `value` of type `ty`.
pub(super) fn scalar_bits(value: &Attribute, ty: Type) -> u64 {
    match value {
        Attribute::Bool(value) => u64::from(*value),
        // Bytes may be written from -128 to 255.
        Attribute::Int(value, _) if ty == Type::I8 => i64::from(*value as i8) as u64,
        Attribute::Int(value, _) => *value as u64,
        Attribute::Float(value, _) if ty == Type::F32 => u64::from((*value as f32).to_bits()),
        Attribute::Float(value, _) => value.to_bits(),
        _ => 0,
    }
}
