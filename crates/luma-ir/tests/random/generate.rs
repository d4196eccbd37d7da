//! Valid modules out of numbers: ops of all kinds, structured ops that carry values, graphs of
//! blocks, odd names, strings and constants.

use std::sync::Arc;

use luma_diagnostics::{FileId, Span};
use luma_ir::dialects::{luma, own};
use luma_ir::{
    Attribute, Block, Builder, Context, Function, Global, Linkage, Loc, Module, OpName, OpParts,
    Position, Region, StructDef, Successor, Symbol, Table, Type, TypeData, Value,
};

/// The numbers everything is chosen by; none left is all zeros, the simplest choice everywhere.
pub(crate) struct Choices<'a>(pub(crate) std::slice::Iter<'a, u32>);

impl Choices<'_> {
    pub(crate) fn number(&mut self) -> u32 {
        self.0.next().copied().unwrap_or(0)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.number() as usize % limit.max(1)
    }

    pub(crate) fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const LOC: Loc = Loc { span: Span::new(FileId(0), 0, 0), origin: luma_ir::Origin::SOURCE };
const NAMES: &[&str] = &["x", "x.1", "0", "7", "a-b", "$", "arg0", "_", "true", "luma.func", "loc"];
const SYMBOLS: &[&str] = &["g", "h.1", "a-b", "with space", "naïve", "0", "{}", "@@", "x=y"];
const STRINGS: &[&[u8]] =
    &[b"", b"text", b"\"\\\n\t\0", b"\xff\xfe\x80", "\u{1F600}\u{7f}é".as_bytes(), b"\\22//%@!#"];
const INTS: &[i64] = &[0, 1, -1, 2, 127, 128, 255, -128, i64::MAX, i64::MIN, 1 << 53];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    0.1,
    -1.5e-7,
    1e300,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e21,
    1e-45,
    16_777_217.0,
];
const NUMBERS: &[Type] = &[Type::I64, Type::I8, Type::F64, Type::F32];

/// A module made of choices. Valid, whatever they are.
pub(crate) fn module(c: &mut Choices<'_>) -> Module {
    let context = Arc::new(Context::new());
    let mut module = Module::new(Arc::clone(&context));
    for index in 0..1 + c.below(2) {
        let mut fields = Table::default();
        let names = std::iter::once("f").chain(SYMBOLS.iter().copied().skip(1));
        for name in names.take(1 + c.below(3)) {
            let ty = value_type(c, &module, 2);
            fields.insert(context.symbol(name), ty);
        }
        let name = context.symbol(&format!("S{}{index}", c.of(&["", " ", "-", "ß"])));
        module.structs.insert(name, StructDef { fields, loc: LOC });
    }
    for _ in 0..c.below(3) {
        let name = context.symbol(c.of(SYMBOLS));
        let ty = value_type(c, &module, 2);
        let init = (c.below(3) > 0).then(|| initial(c, &module, ty));
        module.globals.insert(name, Global { ty, init, constant: c.below(2) == 1, loc: LOC });
    }
    // Prototypes first, so that bodies can call anything.
    let mut functions = Vec::new();
    for index in 0..1 + c.below(3) {
        let params: Vec<Type> = (0..c.below(4)).map(|_| value_type(c, &module, 2)).collect();
        let results: Vec<Type> = (0..c.below(2)).map(|_| value_type(c, &module, 2)).collect();
        let name = context.symbol(&format!("f{}{index}", c.of(&["", ".", "=> ", "→"])));
        let mut f = Function::new(name, params, results, LOC);
        f.linkage = c.of(&[Linkage::Private, Linkage::Public, Linkage::External]);
        for _ in 0..c.below(3) {
            let name = context.symbol(c.of(&["note", "x.y", "n$", "a b", "unit"]));
            if f.attribute(name).is_none() {
                f.attributes.push((name, attribute(c, &module, 2)));
            }
        }
        functions.push(name);
        module.functions.insert(name, f);
    }
    for name in functions {
        let Some(f) = module.functions.get(&name).cloned() else { continue };
        if f.linkage != Linkage::External {
            let f = Generator { c, module: &module, f, loops: Vec::new(), defer: 0 }.body();
            module.functions.insert(name, f);
        }
    }
    module
}

fn value_type(c: &mut Choices<'_>, module: &Module, depth: usize) -> Type {
    let context = &module.context;
    match c.below(if depth == 0 { 6 } else { 9 }) {
        0 => Type::I64,
        1 => Type::I1,
        2 => Type::I8,
        3 => Type::F32,
        4 => Type::F64,
        5 => context.ptr(c.of(&[Type::I64, Type::VOID, Type::I8, Type::I1])),
        6 => {
            let element = value_type(c, module, depth - 1);
            context.ptr(element)
        }
        7 => {
            let element = value_type(c, module, depth - 1);
            context.ty(TypeData::Array([3, 0, 1, 1 << 40][c.below(4)], element))
        }
        _ => match module.structs.keys().nth(c.below(2)) {
            Some(&name) => context.ty(TypeData::Struct(name)),
            None => Type::I64,
        },
    }
}

fn attribute(c: &mut Choices<'_>, module: &Module, depth: usize) -> Attribute {
    match c.below(if depth == 0 { 7 } else { 8 }) {
        0 => Attribute::Unit,
        1 => Attribute::Bool(c.below(2) == 1),
        2 => Attribute::Int(c.of(INTS), c.of(&[Type::I64, Type::I8])),
        3 => float(c, Type::F64),
        4 => Attribute::str(c.of(STRINGS)),
        5 => Attribute::Type(value_type(c, module, 2)),
        6 => Attribute::Symbol(module.context.symbol(c.of(SYMBOLS))),
        _ => {
            let items: Vec<_> = (0..c.below(4)).map(|_| attribute(c, module, depth - 1)).collect();
            Attribute::array(items)
        }
    }
}

/// Some float, or any at all; `f32` attributes hold floats that are one.
fn float(c: &mut Choices<'_>, ty: Type) -> Attribute {
    let value = match c.below(FLOATS.len() + 2) {
        n if n < FLOATS.len() => FLOATS[n],
        _ => f64::from_bits(u64::from(c.number()) << 32 | u64::from(c.number())),
    };
    Attribute::Float(if ty == Type::F32 { f64::from(value as f32) } else { value }, ty)
}

fn initial(c: &mut Choices<'_>, module: &Module, ty: Type) -> Attribute {
    match module.context.type_data(ty) {
        TypeData::I1 => Attribute::Bool(c.below(2) == 1),
        TypeData::I8 => Attribute::Int(c.of(&[0, 1, -128, 127]), ty),
        TypeData::I64 => Attribute::Int(c.of(INTS), ty),
        TypeData::F32 | TypeData::F64 => float(c, ty),
        TypeData::Ptr(Type::I8) => Attribute::str(c.of(STRINGS)),
        TypeData::Ptr(_) => match module.globals.keys().next() {
            Some(&name) if c.below(2) == 1 => Attribute::Symbol(name),
            _ => Attribute::int(c.of(INTS)),
        },
        TypeData::Array(3, element) => {
            Attribute::array((0..3).map(|_| initial(c, module, element)))
        }
        TypeData::Struct(name) => match module.structs.get(&name) {
            Some(def) => Attribute::array(def.fields.values().map(|&t| initial(c, module, t))),
            None => Attribute::Unit,
        },
        _ => Attribute::Unit,
    }
}

/// How a region may end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// `luma.yield` only: conditions, posts and deferred regions.
    Yield,
    /// Also `luma.return`, `luma.break`, `luma.continue`, `luma.unreachable`.
    Any,
}

struct Generator<'a, 'c> {
    c: &'a mut Choices<'c>,
    module: &'a Module,
    f: Function,
    /// What the loops around carry; `None` where a region cannot jump out of its loop.
    loops: Vec<Option<Vec<Type>>>,
    /// Deferred regions around.
    defer: usize,
}

impl Generator<'_, '_> {
    fn body(mut self) -> Function {
        let body = self.f.body();
        let entry = self.f.add_block(body);
        let mut scope: Vec<Value> =
            self.f.params.clone().into_iter().map(|ty| self.f.add_arg(entry, ty)).collect();
        self.names(&scope);
        let others = self.c.below(5).saturating_sub(1);
        let blocks: Vec<Block> = (0..others).map(|_| self.f.add_block(body)).collect();
        for &block in &blocks {
            for _ in 0..self.c.below(3) {
                let ty = value_type(self.c, self.module, 2);
                self.f.add_arg(block, ty);
            }
        }
        self.statements(entry, &mut scope, 3, others == 0);
        self.leave(entry, &mut scope, &blocks);
        for &block in &blocks {
            // The entry dominates every other block.
            let mut inner = scope.clone();
            let args = self.f.block_args(block).to_vec();
            self.names(&args);
            inner.extend(args);
            self.statements(block, &mut inner, 2, false);
            self.leave(block, &mut inner, &blocks);
        }
        self.f
    }

    /// Ends a block of the body.
    fn leave(&mut self, block: Block, scope: &mut Vec<Value>, blocks: &[Block]) {
        let choice = self.c.below(5);
        if blocks.is_empty() || choice == 0 {
            let types = self.f.results.clone();
            let values = self.values(block, scope, &types);
            self.op(block, luma::Return::NAME, &values, &[]);
            return;
        }
        let (name, operands, targets) = match choice {
            1 => (luma::Br::NAME, vec![], 1),
            2 => (luma::CondBr::NAME, vec![self.value(block, scope, Type::I1)], 2),
            3 => (luma::SwitchBr::NAME, vec![self.value(block, scope, Type::I64)], 3),
            _ => (luma::Unreachable::NAME, vec![], 0),
        };
        let mut parts = OpParts::new(name, LOC);
        for _ in 0..targets {
            let target = self.c.of(blocks);
            let types: Vec<Type> =
                self.f.block_args(target).iter().map(|&v| self.f.value_type(v)).collect();
            let args = self.values(block, scope, &types);
            parts.successors.push(Successor { block: target, args: args.into() });
        }
        if targets == 3 {
            parts.attributes.push((self.symbol("cases"), cases(2)));
        }
        parts.operands = operands.into();
        self.insert(block, parts);
    }

    /// A nested region with one block.
    fn region(
        &mut self,
        region: Region,
        args: &[Type],
        outer: &[Value],
        yields: &[Type],
        end: End,
        depth: usize,
    ) {
        let block = self.f.add_block(region);
        let mut scope = outer.to_vec();
        for &ty in args {
            let arg = self.f.add_arg(block, ty);
            self.names(&[arg]);
            scope.push(arg);
        }
        self.statements(block, &mut scope, depth - 1, true);
        let carried = self.loops.last().cloned().flatten();
        let (name, types) = match (end, self.c.below(8), carried) {
            (End::Any, 5, _) if self.defer == 0 => (luma::Return::NAME, self.f.results.clone()),
            (End::Any, 6, Some(carried)) => (luma::Break::NAME, carried),
            (End::Any, 7, Some(carried)) => (luma::Continue::NAME, carried),
            (End::Any, 4, _) => (luma::Unreachable::NAME, vec![]),
            _ => (luma::Yield::NAME, yields.to_vec()),
        };
        let values = self.values(block, &mut scope, &types);
        self.op(block, name, &values, &[]);
    }

    fn statements(&mut self, block: Block, scope: &mut Vec<Value>, depth: usize, structured: bool) {
        for _ in 0..self.c.below(5) {
            match self.c.below(if depth == 0 { 12 } else { 18 }) {
                0 => self.arithmetic(block, scope),
                1 => {
                    let ty = self.c.of(&[Type::I64, Type::F64, Type::I1, Type::I8]);
                    let operands = self.values(block, scope, &[ty, ty]);
                    let pred = self.c.of(&["eq", "ne", "lt", "le", "gt", "ge"]);
                    self.attributed(
                        block,
                        scope,
                        luma::Cmp::NAME,
                        &operands,
                        Type::I1,
                        "pred",
                        Attribute::str(pred),
                    );
                }
                2 => {
                    let ty = value_type(self.c, self.module, 2);
                    let place = self.place(block, scope, ty);
                    let value = self.value(block, scope, ty);
                    self.op(block, luma::Store::NAME, &[value, place], &[]);
                }
                3 => {
                    let ty = value_type(self.c, self.module, 2);
                    let place = self.place(block, scope, ty);
                    let value = self.op(block, luma::Load::NAME, &[place], &[ty]);
                    scope.extend(value);
                }
                4 => self.pointers(block, scope),
                5 => {
                    let bytes = self.c.of(STRINGS);
                    let ty = self.module.context.ptr(Type::I8);
                    self.attributed(
                        block,
                        scope,
                        luma::String::NAME,
                        &[],
                        ty,
                        "value",
                        Attribute::str(bytes),
                    );
                }
                6 => {
                    let of = value_type(self.c, self.module, 2);
                    self.attributed(
                        block,
                        scope,
                        luma::Sizeof::NAME,
                        &[],
                        Type::I64,
                        "of",
                        Attribute::Type(of),
                    );
                }
                7 => self.call(block, scope),
                8 => {
                    let ty = self.c.of(NUMBERS);
                    let value = self.value(block, scope, ty);
                    self.op(block, luma::Print::NAME, &[value], &[]);
                }
                9 => self.heap(block, scope),
                10 => {
                    let from = self.c.of(NUMBERS);
                    let value = self.value(block, scope, from);
                    let to = self.c.of(NUMBERS);
                    let value = self.op(block, luma::Cast::NAME, &[value], &[to]);
                    scope.extend(value);
                }
                11 => {
                    if let Some((&name, global)) = self.module.globals.iter().next() {
                        let ty = self.module.context.place(global.ty);
                        self.attributed(
                            block,
                            scope,
                            luma::GlobalAddr::NAME,
                            &[],
                            ty,
                            "global",
                            Attribute::Symbol(name),
                        );
                    }
                }
                12 if structured => {
                    let op = self.nest(block, luma::Defer::NAME, &[], &[], 1);
                    self.defer += 1;
                    self.loops.push(None);
                    self.region(op.1[0], &[], scope, &[], End::Yield, depth);
                    self.loops.pop();
                    self.defer -= 1;
                }
                13 => {
                    let types = self.types();
                    let op = self.nest(block, luma::Block::NAME, &[], &types, 1);
                    self.region(op.1[0], &[], scope, &types, End::Any, depth);
                    scope.extend(op.0);
                }
                14 => {
                    let condition = self.value(block, scope, Type::I1);
                    let types = self.types();
                    let regions = if types.is_empty() { 1 + self.c.below(2) } else { 2 };
                    let op = self.nest(block, luma::If::NAME, &[condition], &types, regions);
                    for region in op.1 {
                        self.region(region, &[], scope, &types, End::Any, depth);
                    }
                    scope.extend(op.0);
                }
                15 | 16 => self.repeat(block, scope, depth),
                _ => {
                    let value = self.value(block, scope, Type::I64);
                    let types = self.types();
                    let arms = self.c.below(3);
                    let mut parts = OpParts::new(luma::Switch::NAME, LOC);
                    parts.operands.push(value);
                    parts.results = types.as_slice().into();
                    parts.regions = 1 + arms;
                    parts.attributes.push((self.symbol("cases"), cases(arms)));
                    let op = self.insert(block, parts);
                    for region in self.f.op_regions(op).to_vec() {
                        self.region(region, &[], scope, &types, End::Any, depth);
                    }
                    scope.extend_from_slice(self.f.results(op));
                }
            }
        }
    }

    fn arithmetic(&mut self, block: Block, scope: &mut Vec<Value>) {
        let of_numbers = [luma::Add::NAME, luma::Sub::NAME, luma::Mul::NAME, luma::Div::NAME];
        let of_ints = [luma::Rem::NAME, luma::And::NAME, luma::Xor::NAME, luma::Shl::NAME];
        let (name, ty) = match self.c.below(2) {
            0 => (self.c.of(&of_numbers), self.c.of(NUMBERS)),
            _ => (self.c.of(&of_ints), self.c.of(&[Type::I64, Type::I8])),
        };
        let operands = self.values(block, scope, &[ty, ty]);
        let result = self.op(block, name, &operands, &[ty]);
        scope.extend(&result);
        let result = self.op(block, luma::Neg::NAME, &result, &[ty]);
        scope.extend(result);
    }

    fn pointers(&mut self, block: Block, scope: &mut Vec<Value>) {
        let context = Arc::clone(&self.module.context);
        let ty = value_type(self.c, self.module, 2);
        let place = self.place(block, scope, ty);
        let inner = match context.type_data(ty) {
            TypeData::Struct(name) => {
                let field = self.module.structs.get(&name).and_then(|def| def.fields.iter().last());
                let Some((&field, &of)) = field else { return };
                let name = Attribute::str(context.name(field));
                self.attributed(
                    block,
                    scope,
                    luma::Field::NAME,
                    &[place],
                    context.place(of),
                    "field",
                    name,
                );
                return;
            }
            TypeData::Array(_, element) => {
                let index = self.value(block, scope, Type::I64);
                self.op(block, luma::Element::NAME, &[place, index], &[context.place(element)])
            }
            _ => {
                let pointer = self.op(block, luma::AddrOf::NAME, &[place], &[context.ptr(ty)]);
                let index = self.value(block, scope, Type::I64);
                let next =
                    self.op(block, luma::Offset::NAME, &[pointer[0], index], &[context.ptr(ty)]);
                scope.extend(&next);
                let target = self.op(block, luma::Deref::NAME, &next, &[context.place(ty)]);
                self.op(block, luma::Copy::NAME, &[place, target[0]], &[]);
                self.op(block, luma::Zero::NAME, &target, &[]);
                target
            }
        };
        scope.extend(inner);
    }

    fn heap(&mut self, block: Block, scope: &mut Vec<Value>) {
        let size = self.value(block, scope, Type::I64);
        let element = self.c.of(&[Type::I64, Type::VOID]);
        let ty = self.module.context.ptr(element);
        let fresh = self.op(block, luma::Alloc::NAME, &[size], &[ty]);
        let word = Attribute::str(self.c.of(&["heap", "caller", "callee"]));
        let taken =
            self.attributed(block, scope, own::Take::NAME, &fresh, ty, "from", word.clone());
        self.attributed(block, scope, own::Give::NAME, &taken, ty, "to", word);
        self.op(block, luma::Free::NAME, &taken, &[]);
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

    fn repeat(&mut self, block: Block, scope: &mut Vec<Value>, depth: usize) {
        let types = self.types();
        let inits = self.values(block, scope, &types);
        let (results, regions) = self.nest(block, luma::Loop::NAME, &inits, &types, 3);
        let mut condition = vec![Type::I1];
        condition.extend_from_slice(&types);
        self.loops.push(None);
        self.region(regions[0], &types, scope, &condition, End::Yield, depth);
        self.region(regions[2], &types, scope, &types, End::Yield, depth);
        self.loops.pop();
        self.loops.push(Some(types.clone()));
        self.region(regions[1], &types, scope, &types, End::Any, depth);
        self.loops.pop();
        scope.extend(results);
    }

    // --- parts ------------------------------------------------------------------------------

    fn types(&mut self) -> Vec<Type> {
        (0..self.c.below(3)).map(|_| value_type(self.c, self.module, 2)).collect()
    }

    fn values(&mut self, block: Block, scope: &mut Vec<Value>, types: &[Type]) -> Vec<Value> {
        types.iter().map(|&ty| self.value(block, scope, ty)).collect()
    }

    /// A value in scope, or a new one.
    fn value(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> Value {
        let known: Vec<Value> =
            scope.iter().copied().filter(|&v| self.f.value_type(v) == ty).collect();
        if !known.is_empty() && self.c.below(4) > 0 {
            return self.c.of(&known);
        }
        let constant = match self.module.context.type_data(ty) {
            TypeData::I1 => Attribute::Bool(self.c.below(2) == 1),
            TypeData::I8 => Attribute::Int(self.c.of(&[0, 1, -128, 255, 127]), ty),
            TypeData::I64 => Attribute::Int(self.c.of(INTS), ty),
            TypeData::F32 | TypeData::F64 => float(self.c, ty),
            TypeData::Ptr(_) => {
                let value = self.op(block, luma::Null::NAME, &[], &[ty])[0];
                scope.push(value);
                return value;
            }
            _ => {
                let place = self.place(block, scope, ty);
                let value = self.op(block, luma::Load::NAME, &[place], &[ty])[0];
                scope.push(value);
                return value;
            }
        };
        self.attributed(block, scope, luma::Constant::NAME, &[], ty, "value", constant)[0]
    }

    fn place(&mut self, block: Block, scope: &mut Vec<Value>, ty: Type) -> Value {
        let place = self.module.context.place(ty);
        let known = scope.iter().copied().find(|&v| self.f.value_type(v) == place);
        if let Some(known) = known.filter(|_| self.c.below(3) > 0) {
            return known;
        }
        let value = self.op(block, luma::Local::NAME, &[], &[place])[0];
        scope.push(value);
        value
    }

    fn symbol(&self, name: &str) -> Symbol {
        self.module.context.symbol(name)
    }

    /// An op with one attribute and one result, which comes into scope.
    #[allow(clippy::too_many_arguments, reason = "the parts of one op")]
    fn attributed(
        &mut self,
        block: Block,
        scope: &mut Vec<Value>,
        name: OpName,
        operands: &[Value],
        result: Type,
        key: &str,
        value: Attribute,
    ) -> Vec<Value> {
        let mut parts = OpParts::new(name, LOC);
        parts.operands = operands.into();
        parts.results.push(result);
        parts.attributes.push((self.symbol(key), value));
        if self.c.below(6) == 5 {
            let extra = attribute(self.c, self.module, 2);
            parts.attributes.push((self.symbol("extra.note"), extra));
        }
        let op = self.insert(block, parts);
        let results = self.f.results(op).to_vec();
        scope.extend(&results);
        results
    }

    fn op(
        &mut self,
        block: Block,
        name: OpName,
        operands: &[Value],
        results: &[Type],
    ) -> Vec<Value> {
        self.nest(block, name, operands, results, 0).0
    }

    fn nest(
        &mut self,
        block: Block,
        name: OpName,
        operands: &[Value],
        results: &[Type],
        regions: usize,
    ) -> (Vec<Value>, Vec<Region>) {
        let mut parts = OpParts::new(name, LOC);
        parts.operands = operands.into();
        parts.results = results.into();
        parts.regions = regions;
        let op = self.insert(block, parts);
        (self.f.results(op).to_vec(), self.f.op_regions(op).to_vec())
    }

    fn insert(&mut self, block: Block, parts: OpParts) -> luma_ir::Op {
        let mut builder = Builder {
            context: &self.module.context,
            func: &mut self.f,
            position: Position::End(block),
            loc: LOC,
        };
        let op = builder.insert(parts);
        let results = self.f.results(op).to_vec();
        self.names(&results);
        op
    }

    fn names(&mut self, values: &[Value]) {
        for &value in values {
            if self.c.below(3) == 1 {
                let name = self.c.of(NAMES);
                let name = self.symbol(name);
                self.f.set_value_name(value, name);
            }
        }
    }
}

/// Labels for so many targets.
fn cases(targets: usize) -> Attribute {
    let label =
        |n: usize| Attribute::array([Attribute::int(n as i64), Attribute::int(-1 - n as i64)]);
    Attribute::array((0..targets).map(label))
}
