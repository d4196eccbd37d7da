//! Turns the operations of MLIR's generic form into the items of the plain one: takes away what
//! `print_generic` adds. Its head says what that is.

use luma_diagnostics::{Diagnostic, Span, codes};
use rustc_hash::FxHashMap;

use super::lexer::unquoted;
use super::raw::{Attr, Block, Func, Item, Located, Op, Region, Type, TypeArg, Value, Word};
use crate::context::Context;
use crate::dialect::{Arity, OpDef};

/// The items of a module that is one operation, and what is wrong with it.
pub(super) fn items<'t>(context: &Context, module: Op<'t>) -> (Vec<Item<'t>>, Vec<Diagnostic>) {
    let mut reader = Reader { context, errors: Vec::new() };
    if module.name.item != "builtin.module" {
        reader.error(module.name.span, "a module in generic form is one `\"builtin.module\"`");
        return (Vec::new(), reader.errors);
    }
    let mut items = Vec::new();
    for op in module.regions.into_iter().flat_map(|region| region.blocks).flat_map(|b| b.ops) {
        match op.name.item {
            "luma.struct_def" => items.extend(reader.strukt(op)),
            "luma.global" => items.extend(reader.global(op)),
            "luma.func" => items.extend(reader.func(op)),
            other => reader.error(op.name.span, format!("`{other}` does not stand in a module")),
        }
    }
    (items, reader.errors)
}

struct Reader<'c> {
    context: &'c Context,
    errors: Vec<Diagnostic>,
}

/// What a function or a block of it has packed into tuples: the values, and their types.
type Packs<'t> = FxHashMap<&'t str, (Vec<Word<'t>>, Vec<Located<Type<'t>>>)>;

impl Reader<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::new(codes::E0501, span, message));
    }

    fn strukt<'t>(&mut self, mut op: Op<'t>) -> Option<Item<'t>> {
        let name = self.name(&mut op, "struct_name")?;
        let names = self.array(&mut op, "field_names")?;
        let types = self.array(&mut op, "field_types")?;
        if names.len() != types.len() {
            self.error(op.span, "a struct needs as many field types as field names");
        }
        let mut fields = Vec::new();
        for (name, value) in names.into_iter().zip(types) {
            let name = self.string(name)?;
            fields.push(Attr { name, value });
        }
        Some(Item::Struct { name, fields })
    }

    fn global<'t>(&mut self, mut op: Op<'t>) -> Option<Item<'t>> {
        let name = self.name(&mut op, "sym_name")?;
        Some(Item::Global { name, attributes: op.attributes })
    }

    fn func<'t>(&mut self, mut op: Op<'t>) -> Option<Item<'t>> {
        let name = self.name(&mut op, "sym_name")?;
        let ty = self.take(&mut op, "function_type")?;
        let Value::Type(Type::Function(types, results)) = ty.item else {
            self.error(ty.span, "the type of a function is `(…) -> …`");
            return None;
        };
        let linkage = self.take(&mut op, "linkage")?;
        let linkage = self.string(linkage)?;
        if !["private", "public", "external"].contains(&linkage.item) {
            self.error(linkage.span, "a linkage is \"private\", \"public\" or \"external\"");
        }
        if op.regions.len() > 1 {
            self.error(op.span, "a function has one region");
        }
        let mut region = op.regions.pop();
        let mut names = Vec::new();
        if let Some(entry) = region.as_mut().and_then(|region| region.blocks.first_mut()) {
            // The arguments of the entry block are the parameters.
            let args = std::mem::take(&mut entry.args);
            if args.len() != types.len() {
                self.error(name.span, "the entry block needs an argument for each parameter");
            }
            for ((arg, ty), declared) in args.into_iter().zip(&types) {
                if !same_type(&ty.item, &declared.item) {
                    self.error(ty.span, "this is not the type the function's type gives");
                }
                names.push(Some(arg));
            }
            entry.label = None;
        } else {
            region = None;
        }
        names.resize_with(types.len(), || None);
        let params = names.into_iter().zip(types).collect();
        if let Some(region) = &mut region {
            self.region(region, &mut Packs::default());
        }
        Some(Item::Func(Func {
            public: linkage.item == "public",
            external: linkage.item == "external",
            name,
            params,
            results,
            attributes: op.attributes,
            body: region,
            loc: op.loc,
        }))
    }

    fn region<'t>(&mut self, region: &mut Region<'t>, packs: &mut Packs<'t>) {
        for block in &mut region.blocks {
            self.block(block, packs);
        }
    }

    fn block<'t>(&mut self, block: &mut Block<'t>, packs: &mut Packs<'t>) {
        let mut ops: Vec<Op<'t>> = Vec::with_capacity(block.ops.len());
        for mut op in std::mem::take(&mut block.ops) {
            match op.name.item {
                "ub.unreachable" if ops.last().is_some_and(|last| self.ends_block(last)) => {}
                "llvm.mlir.zero" => {}
                "llvm.indirectbr" => match ops.last_mut() {
                    Some(last) if last.successors.is_empty() => self.successors(last, op),
                    _ => self.error(op.span, "these successors belong to no operation"),
                },
                "builtin.unrealized_conversion_cast" => self.cast(op, &mut ops, packs),
                _ => {
                    unpack(&mut op, packs);
                    self.regions(&mut op, packs);
                    ops.push(op);
                }
            }
        }
        block.ops = ops;
    }

    fn def(&self, op: &Op<'_>) -> Option<&OpDef> {
        self.context.op_name(op.name.item).map(|name| self.context.op_def(name))
    }

    fn ends_block(&self, op: &Op<'_>) -> bool {
        self.def(op).is_none_or(|def| def.traits.terminator)
    }

    /// Takes lists of regions and empty regions that stand for none apart, and goes into the rest.
    fn regions<'t>(&mut self, op: &mut Op<'t>, packs: &mut Packs<'t>) {
        let (arity, count) = self.def(op).map_or((Arity::One, 0), |def| {
            (def.regions.last().map_or(Arity::One, |slot| slot.arity), def.regions.len())
        });
        if op.regions.len() == count {
            match (arity, op.regions.pop()) {
                (Arity::Optional, Some(last)) if last.blocks.is_empty() => {}
                (Arity::Variadic, Some(last)) => {
                    for inner in last.blocks.into_iter().flat_map(|block| block.ops) {
                        match inner.name.item {
                            "luma.region" => op.regions.extend(inner.regions),
                            "ub.unreachable" => {}
                            _ => self.error(inner.name.span, "a list of regions holds them only"),
                        }
                    }
                }
                (_, last) => op.regions.extend(last),
            }
        }
        for region in &mut op.regions {
            self.region(region, packs);
        }
    }

    /// Gives `op` the successors of the branch after it.
    fn successors<'t>(&mut self, op: &mut Op<'t>, branch: Op<'t>) {
        let segments = branch.attributes.iter().find_map(|attr| match attr.value.item {
            Value::Segments(text) => Some(segment_sizes(text)),
            _ => None,
        });
        let sizes = segments.unwrap_or_default();
        let total = sizes.iter().fold(0_usize, |sum, &size| sum.saturating_add(size));
        if sizes.len() != branch.successors.len()
            || total.saturating_add(1) != branch.operands.len()
        {
            self.error(branch.span, "the segment sizes do not fit the operands and successors");
            return;
        }
        // The first operand is the address.
        let mut args = branch.operands.into_iter().skip(1);
        for ((label, _), size) in branch.successors.into_iter().zip(sizes) {
            op.successors.push((label, args.by_ref().take(size).collect()));
        }
    }

    fn cast<'t>(&mut self, op: Op<'t>, before: &mut [Op<'t>], packs: &mut Packs<'t>) {
        match (op.operands.as_slice(), op.results.as_slice()) {
            ([packed], _) if op.operand_types.iter().any(|ty| is_tuple(&ty.item)) => {
                let results = before.last_mut().filter(|last| {
                    last.results.len() == last.result_types.len()
                        && last.results.last().is_some_and(|name| name.item == packed.item)
                });
                let Some(last) = results else {
                    return self.error(op.span, "a tuple is unpacked right after what made it");
                };
                last.results.pop();
                last.result_types.pop();
                last.results.extend(op.results);
                last.result_types.extend(op.result_types);
            }
            (_, [packed]) if op.result_types.iter().any(|ty| is_tuple(&ty.item)) => {
                packs.insert(packed.item, (op.operands, op.operand_types));
            }
            _ => self.error(op.span, "this conversion is none of Luma IR"),
        }
    }

    // --- attributes -------------------------------------------------------------------------

    fn take<'t>(&mut self, op: &mut Op<'t>, key: &str) -> Option<Located<Value<'t>>> {
        match op.attributes.iter().position(|attr| attr.name.item == key) {
            Some(index) => Some(op.attributes.remove(index).value),
            None => {
                let message = format!("`{}` needs an attribute `{key}`", op.name.item);
                self.error(op.name.span, message);
                None
            }
        }
    }

    fn name<'t>(&mut self, op: &mut Op<'t>, key: &str) -> Option<Word<'t>> {
        let value = self.take(op, key)?;
        let name = self.string(value)?;
        if name.item.is_empty() || name.item.contains('\\') {
            self.error(name.span, "this is no name");
            return None;
        }
        Some(name)
    }

    fn string<'t>(&mut self, value: Located<Value<'t>>) -> Option<Word<'t>> {
        match value.item {
            Value::Str(text) => Some(Located { item: unquoted(text), span: value.span }),
            _ => {
                self.error(value.span, "this must be a string");
                None
            }
        }
    }

    fn array<'t>(&mut self, op: &mut Op<'t>, key: &str) -> Option<Vec<Located<Value<'t>>>> {
        let value = self.take(op, key)?;
        match value.item {
            Value::Array(items) => Some(items),
            _ => {
                self.error(value.span, format!("`{key}` must be an array"));
                None
            }
        }
    }
}

/// Puts what was packed in the place of the tuple.
fn unpack<'t>(op: &mut Op<'t>, packs: &mut Packs<'t>) {
    if packs.is_empty() || op.operands.len() != op.operand_types.len() {
        return;
    }
    // Only the last operand can be a tuple, and every tuple has one user.
    if let Some((values, types)) = op.operands.last().and_then(|name| packs.remove(name.item)) {
        op.operands.pop();
        op.operand_types.pop();
        op.operands.extend(values);
        op.operand_types.extend(types);
    }
}

fn is_tuple(ty: &Type<'_>) -> bool {
    matches!(ty, Type::Dialect("tuple", _))
}

/// `array<i32: 0, 1>`
fn segment_sizes(text: &str) -> Vec<usize> {
    let list = text.split_once(':').map_or("", |(_, list)| list.trim_end_matches('>'));
    list.split(',').filter_map(|size| size.trim().parse().ok()).collect()
}

/// Whether two types are written the same way.
fn same_type(a: &Type<'_>, b: &Type<'_>) -> bool {
    let all = |a: &[Located<Type<'_>>], b: &[Located<Type<'_>>]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_type(&a.item, &b.item))
    };
    match (a, b) {
        (Type::Name(a), Type::Name(b)) => a == b,
        (Type::Function(a, ar), Type::Function(b, br)) => all(a, b) && all(ar, br),
        (Type::Dialect(a, a_args), Type::Dialect(b, b_args)) => {
            let args = a_args.iter().zip(b_args);
            a == b
                && a_args.len() == b_args.len()
                && args.into_iter().all(|pair| match pair {
                    (TypeArg::Type(a), TypeArg::Type(b)) => same_type(&a.item, &b.item),
                    (TypeArg::Int(a), TypeArg::Int(b)) => a == b,
                    (TypeArg::Symbol(a), TypeArg::Symbol(b)) => a == b,
                    _ => false,
                })
        }
        _ => false,
    }
}
