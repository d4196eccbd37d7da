//! Operations without regions.

use std::sync::Arc;

use luma_ir::dialects::{luma, own};
use luma_ir::{Attribute, Block, OpParts, Type, TypeData, Value};

use super::body::Gen;
use super::items::{STRINGS, number};
use super::{LOC, Purpose, Style};

const PREDICATES: [&str; 6] = ["eq", "ne", "lt", "le", "gt", "ge"];

impl Gen<'_, '_> {
    /// One statement.
    pub(super) fn simple(&mut self, block: Block, scope: &mut Vec<Value>) {
        match self.c.below(23) {
            0..5 => _ = self.computation(block, scope),
            5..8 => {
                let (place, ty) = self.some_place(block, scope);
                let value = self.value(block, scope, ty);
                self.op(block, luma::Store::NAME, &[value, place], &[]);
            }
            8..12 => {
                let (place, ty) = self.some_place(block, scope);
                let value = self.op(block, luma::Load::NAME, &[place], &[ty])[0];
                scope.push(value);
                if self.c.below(2) == 0 {
                    self.show(block, scope, value);
                }
            }
            12 => self.variable(block, scope),
            13 | 14 => self.pointers(block, scope),
            15 => self.string(block, scope),
            16 => {
                let of = Attribute::Type(self.ty());
                let name = luma::Sizeof::NAME;
                scope.push(self.attributed(block, name, &[], Type::I64, "of", of));
            }
            17 | 18 => self.call(block, scope),
            19 | 20 => {
                let value = self.computation(block, scope);
                self.show(block, scope, value);
            }
            21 => self.global(block, scope),
            _ => self.heap(block, scope),
        }
    }

    /// What rewriting looks for.
    pub(super) fn pattern(&mut self, block: Block, scope: &mut Vec<Value>) {
        match self.c.below(12) {
            0 => self.casts(block, scope),
            1 => {
                let place = self.c.pick(&self.places(scope));
                if let Some(place) = place {
                    self.address(block, scope, place);
                }
            }
            2 => {
                let ty = self.c.of([Type::I8, Type::I64]);
                let name = self.c.of([
                    luma::Add::NAME,
                    luma::Sub::NAME,
                    luma::Mul::NAME,
                    luma::And::NAME,
                    luma::Or::NAME,
                    luma::Xor::NAME,
                ]);
                let mut value = self.value(block, scope, ty);
                for _ in 0..2 {
                    let constant = self.constant(block, scope, ty);
                    value = self.op(block, name, &[value, constant], &[ty])[0];
                    scope.push(value);
                }
            }
            _ => _ = self.computation(block, scope),
        }
    }

    /// The place of some global.
    fn global(&mut self, block: Block, scope: &mut Vec<Value>) {
        let index = self.c.below(self.module.globals.len());
        let Some((&name, global)) = self.module.globals.get_index(index) else { return };
        let place = self.module.context.place(global.ty);
        let name = Attribute::Symbol(name);
        let place = self.attributed(block, luma::GlobalAddr::NAME, &[], place, "global", name);
        scope.push(place);
    }

    /// Variables of every number type.
    pub(super) fn numbers(&mut self, block: Block, scope: &mut Vec<Value>) {
        for ty in [Type::I1, Type::I8, Type::I64, Type::F32, Type::F64] {
            let place = self.op(block, luma::Local::NAME, &[], &[self.module.context.place(ty)])[0];
            // Nobody knows beforehand what it is.
            let answer = self.ask(block);
            let value = self.op(block, luma::Cast::NAME, &[answer], &[ty])[0];
            self.op(block, luma::Store::NAME, &[value, place], &[]);
            scope.extend([value, place]);
        }
    }

    /// A number, a truth value or a pointer computed from others.
    fn computation(&mut self, block: Block, scope: &mut Vec<Value>) -> Value {
        use Type as T;
        let pointer = self.module.context.ptr(T::I64);
        let ty = self.c.of([T::I1, T::I1, T::I8, T::I64, T::I64, T::F32, T::F64, pointer]);
        let floats = ty == T::F32 || ty == T::F64;
        let (ints, truth) = (ty == T::I8 || ty == T::I64, ty == T::I1);
        let value = match self.c.below(10) {
            0 => return self.constant(block, scope, ty),
            1..=4 if truth => {
                let of = self.c.of([T::I1, T::I8, T::I64, T::F32, T::F64, pointer]);
                let operands = self.pair(block, scope, of);
                let pred = Attribute::str(self.c.of(PREDICATES));
                self.attributed(block, luma::Cmp::NAME, &operands, ty, "pred", pred)
            }
            1..=6 if ty == pointer => {
                let operands = self.values(block, scope, &[pointer, T::I64]);
                self.op(block, luma::Offset::NAME, &operands, &[ty])[0]
            }
            _ if ty == pointer => {
                let from = self.c.of([T::I64, pointer]);
                self.cast(block, scope, from, ty)
            }
            1 => {
                let from = match floats {
                    true => self.c.of([T::I1, T::I8, T::I64, T::F32, T::F64]),
                    false => self.c.of([T::I1, T::I8, T::I64, T::F64, pointer]),
                };
                self.cast(block, scope, from, ty)
            }
            2 if !truth => {
                let value = self.value(block, scope, ty);
                self.op(block, luma::Neg::NAME, &[value], &[ty])[0]
            }
            3 | 5 if truth || (ints && self.c.below(2) == 0) => {
                let value = self.value(block, scope, ty);
                self.op(block, luma::Not::NAME, &[value], &[ty])[0]
            }
            n => {
                let (add, sub, mul) = (luma::Add::NAME, luma::Sub::NAME, luma::Mul::NAME);
                let (and, or, xor) = (luma::And::NAME, luma::Or::NAME, luma::Xor::NAME);
                let name = match n {
                    _ if truth => self.c.of([and, or, xor]),
                    _ if floats => self.c.of([add, sub, mul, luma::Div::NAME]),
                    4 if self.c.below(3) == 0 => self.c.of([luma::Div::NAME, luma::Rem::NAME]),
                    _ => {
                        let (shl, shr) = (luma::Shl::NAME, luma::Shr::NAME);
                        self.c.of([add, add, sub, sub, mul, and, or, xor, shl, shr])
                    }
                };
                let operands = self.pair(block, scope, ty);
                self.op(block, name, &operands, &[ty])[0]
            }
        };
        scope.push(value);
        value
    }

    fn cast(&mut self, block: Block, scope: &mut Vec<Value>, from: Type, to: Type) -> Value {
        let value = self.value(block, scope, from);
        self.op(block, luma::Cast::NAME, &[value], &[to])[0]
    }

    /// A value through three types without a float, compared at the end.
    fn casts(&mut self, block: Block, scope: &mut Vec<Value>) {
        let context = Arc::clone(&self.module.context);
        let pointer = context.ptr(Type::I64);
        let types = [Type::I1, Type::I8, Type::I64, pointer, context.ptr(Type::I8)];
        let mut ty = self.c.of(types);
        let mut value = self.value(block, scope, ty);
        for _ in 0..3 {
            ty = self.c.of(types);
            value = self.op(block, luma::Cast::NAME, &[value], &[ty])[0];
            scope.push(value);
            if ty == pointer {
                let place = context.place(Type::I64);
                let place = self.op(block, luma::Deref::NAME, &[value], &[place]);
                value = self.op(block, luma::AddrOf::NAME, &place, &[ty])[0];
                scope.push(value);
            }
        }
        let with = match ty {
            Type::I8 | Type::I64 => {
                let zero = Attribute::Int(0, ty);
                self.attributed(block, luma::Constant::NAME, &[], ty, "value", zero)
            }
            _ => self.constant(block, scope, ty),
        };
        let pred = Attribute::str(self.c.of(["eq", "ne"]));
        scope.push(self.attributed(block, luma::Cmp::NAME, &[value, with], Type::I1, "pred", pred));
    }

    /// Whether variables may be read that have no value.
    fn may_lack_values(&self) -> bool {
        !matches!(self.purpose, Purpose::Run(Style::Straight | Style::Defined))
    }

    /// A variable, mostly with a value.
    fn variable(&mut self, block: Block, scope: &mut Vec<Value>) {
        let ty = self.ty();
        let place = self.op(block, luma::Local::NAME, &[], &[self.module.context.place(ty)])[0];
        match self.c.below(5) {
            0 if self.may_lack_values() => {}
            1 => _ = self.op(block, luma::Zero::NAME, &[place], &[]),
            _ => {
                let value = self.value(block, scope, ty);
                self.op(block, luma::Store::NAME, &[value, place], &[]);
            }
        }
        scope.push(place);
    }

    /// A place in another, or another way to one.
    fn pointers(&mut self, block: Block, scope: &mut Vec<Value>) {
        let context = Arc::clone(&self.module.context);
        let (place, ty) = self.some_place(block, scope);
        match context.type_data(ty) {
            TypeData::Struct(name) => {
                let Some(def) = self.module.structs.get(&name) else { return };
                let at = self.c.below(def.fields.len());
                let Some((&field, &of)) = def.fields.get_index(at) else { return };
                let (name, of) = (Attribute::str(context.name(field)), context.place(of));
                let inner = self.attributed(block, luma::Field::NAME, &[place], of, "field", name);
                scope.push(inner);
                self.disturb(block, scope, inner, place);
            }
            TypeData::Array(length, element) => {
                let index = match self.purpose.runs() {
                    true => {
                        let index = Attribute::int(self.c.below(length as usize) as i64);
                        let name = luma::Constant::NAME;
                        self.attributed(block, name, &[], Type::I64, "value", index)
                    }
                    false => self.value(block, scope, Type::I64),
                };
                let of = context.place(element);
                let inner = self.op(block, luma::Element::NAME, &[place, index], &[of])[0];
                scope.push(inner);
                self.disturb(block, scope, inner, place);
            }
            _ if self.purpose.runs() => self.address(block, scope, place),
            _ => {
                let pointer = self.op(block, luma::AddrOf::NAME, &[place], &[context.ptr(ty)]);
                let index = self.value(block, scope, Type::I64);
                let operands = [pointer[0], index];
                let next = self.op(block, luma::Offset::NAME, &operands, &[context.ptr(ty)]);
                scope.extend(&next);
                let target = self.op(block, luma::Deref::NAME, &next, &[context.place(ty)]);
                scope.extend(target);
            }
        }
        // A copy, or zeros, of some place.
        let known = self.places(scope);
        if self.c.below(3) == 0
            && let Some(place) = self.c.pick(&known)
        {
            let ty = self.f.value_type(place);
            let same: Vec<Value> =
                known.into_iter().filter(|&other| self.f.value_type(other) == ty).collect();
            match self.c.pick(&same).filter(|_| self.c.below(4) > 0) {
                Some(other) => _ = self.op(block, luma::Copy::NAME, &[place, other], &[]),
                None => _ = self.op(block, luma::Zero::NAME, &[place], &[]),
            }
        }
    }

    /// A place by way of its address, twice.
    fn address(&mut self, block: Block, scope: &mut Vec<Value>, place: Value) {
        let of = self.f.value_type(place);
        let Some(ty) = self.module.context.element(of) else { return };
        let mut other = place;
        for _ in 0..2 {
            let pointer =
                self.op(block, luma::AddrOf::NAME, &[other], &[self.module.context.ptr(ty)]);
            other = self.op(block, luma::Deref::NAME, &pointer, &[of])[0];
        }
        scope.push(other);
        self.disturb(block, scope, place, other);
    }

    /// Sometimes looks at one place before and after a write to another, which may be the same.
    fn disturb(&mut self, block: Block, scope: &mut Vec<Value>, one: Value, other: Value) {
        let types = [one, other].map(|place| self.module.context.element(self.f.value_type(place)));
        let ([Some(seen), Some(changed)], true) = (types, self.c.below(2) == 0) else { return };
        let value = self.value(block, scope, changed);
        let before = self.op(block, luma::Load::NAME, &[one], &[seen])[0];
        self.op(block, luma::Store::NAME, &[value, other], &[]);
        let after = self.op(block, luma::Load::NAME, &[one], &[seen])[0];
        // To print is to do anything, so that comes last.
        for value in [before, after] {
            self.show(block, scope, value);
            scope.push(value);
        }
    }

    /// A string. Where it is, is not the same after a pass, so programs only print it.
    fn string(&mut self, block: Block, scope: &mut Vec<Value>) {
        let ty = self.module.context.ptr(Type::I8);
        let bytes = Attribute::str(self.c.of(STRINGS));
        let value = self.attributed(block, luma::String::NAME, &[], ty, "value", bytes);
        if self.purpose.runs() {
            self.op(block, luma::Print::NAME, &[value], &[]);
        } else {
            scope.push(value);
        }
    }

    /// Prints a scalar.
    pub(super) fn show(&mut self, block: Block, scope: &mut Vec<Value>, value: Value) {
        let (ty, mut value) = (self.f.value_type(value), value);
        let context = &self.module.context;
        if context.is_aggregate(ty) || context.is_place(ty) {
            return;
        }
        if self.purpose.runs() {
            if context.is_ptr(ty) {
                value = self.op(block, luma::Cast::NAME, &[value], &[Type::I64])[0];
            }
            self.op(block, luma::Print::NAME, &[value], &[]);
            let ty = self.module.context.ptr(Type::I8);
            let end = Attribute::str(b" ");
            value = self.attributed(block, luma::String::NAME, &[], ty, "value", end);
        } else if self.c.below(4) == 0 {
            value = self.value(block, scope, ty);
        }
        self.op(block, luma::Print::NAME, &[value], &[]);
    }

    /// A heap object from start to end. Programs use it for what it is.
    fn heap(&mut self, block: Block, scope: &mut Vec<Value>) {
        let context = Arc::clone(&self.module.context);
        let runs = self.purpose.runs();
        let size = match runs {
            true => {
                let size = Attribute::int(self.c.of([8, 16]));
                self.attributed(block, luma::Constant::NAME, &[], Type::I64, "value", size)
            }
            false => self.value(block, scope, Type::I64),
        };
        let element = if runs { Type::I64 } else { self.c.of([Type::I64, Type::VOID]) };
        let ty = context.ptr(element);
        let fresh = self.op(block, luma::Alloc::NAME, &[size], &[ty])[0];
        let word = if runs { "heap" } else { self.c.of(["heap", "caller", "callee"]) };
        let word = Attribute::str(word);
        let taken = self.attributed(block, own::Take::NAME, &[fresh], ty, "from", word.clone());
        if runs {
            let place = self.op(block, luma::Deref::NAME, &[taken], &[context.place(element)])[0];
            let value = self.value(block, scope, element);
            self.op(block, luma::Store::NAME, &[value, place], &[]);
            self.simple(block, scope);
            scope.extend(self.op(block, luma::Load::NAME, &[place], &[element]));
        }
        let given = self.attributed(block, own::Give::NAME, &[taken], ty, "to", word);
        self.op(block, luma::Free::NAME, &[if runs { given } else { taken }], &[]);
        if !runs {
            scope.extend([taken, given]);
        }
    }

    fn call(&mut self, block: Block, scope: &mut Vec<Value>) {
        let index = self.c.below(self.module.functions.len());
        let Some((&name, callee)) = self.module.functions.get_index(index) else { return };
        let args = self.values(block, scope, &callee.params);
        let mut parts = OpParts::new(luma::Call::NAME, LOC);
        parts.operands = args.into();
        parts.results = callee.results.as_slice().into();
        parts.attributes.push((self.symbol("callee"), Attribute::Symbol(name)));
        let op = self.insert(block, parts);
        scope.extend_from_slice(self.f.results(op));
    }

    // --- operands ---------------------------------------------------------------------------

    /// Two values of a type, sometimes the same.
    fn pair(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> [Value; 2] {
        let a = self.value(block, scope, ty);
        let b = if self.c.below(5) == 0 { a } else { self.value(block, scope, ty) };
        [a, b]
    }

    /// A value in scope, rather one of the last, or a new one.
    pub(super) fn value(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> Value {
        let known: Vec<Value> =
            scope.iter().copied().filter(|&v| self.f.value_type(v) == ty).collect();
        if !known.is_empty() && self.c.below(5) > 0 {
            return known[known.len() - 1 - self.c.below(known.len().min(5))];
        }
        self.constant(block, scope, ty)
    }

    /// A new value.
    pub(super) fn constant(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> Value {
        let value = match self.module.context.type_data(ty) {
            TypeData::Ptr(_) => self.op(block, luma::Null::NAME, &[], &[ty])[0],
            TypeData::Struct(_) | TypeData::Array(..) => {
                let place = self.place(block, scope, ty);
                self.op(block, luma::Load::NAME, &[place], &[ty])[0]
            }
            _ => {
                let value = number(self.c, ty, self.purpose);
                self.attributed(block, luma::Constant::NAME, &[], ty, "value", value)
            }
        };
        scope.push(value);
        value
    }

    fn places(&self, scope: &[Value]) -> Vec<Value> {
        let is_place = |&v: &Value| self.module.context.is_place(self.f.value_type(v));
        scope.iter().copied().filter(is_place).collect()
    }

    /// Some place, rather one of the last in scope, and the type of what is there.
    fn some_place(&mut self, block: Block, scope: &mut Vec<Value>) -> (Value, Type) {
        let known = self.places(scope);
        if self.c.below(5) > 0
            && let Some(&place) = known.iter().nth_back(self.c.below(known.len().min(4)))
            && let Some(ty) = self.module.context.element(self.f.value_type(place))
        {
            return (place, ty);
        }
        let ty = self.ty();
        (self.place(block, scope, ty), ty)
    }

    /// A place in scope, or a new variable.
    fn place(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> Value {
        let place = self.module.context.place(ty);
        let known: Vec<Value> =
            scope.iter().copied().filter(|&v| self.f.value_type(v) == place).collect();
        if self.c.below(3) > 0
            && let Some(known) = self.c.pick(&known)
        {
            return known;
        }
        let value = self.op(block, luma::Local::NAME, &[], &[place])[0];
        if self.purpose.runs() && !(self.may_lack_values() && self.c.below(5) == 0) {
            self.op(block, luma::Zero::NAME, &[value], &[]);
        }
        scope.push(value);
        value
    }
}
