//! What an operation stands for, as text: reads it, checks it, and builds it in a function.

use std::ops::Range;
use std::sync::Arc;

use luma_diagnostics::{Diagnostic, FileId, SourceMap, Span, codes};
use rustc_hash::{FxHashMap, FxHashSet};

use super::parse::syntax_error;
use super::reader::{Expanded, Reader};
use super::{grammar, lexer};
use crate::attribute::Attribute;
use crate::builder::Builder;
use crate::context::Context;
use crate::dialect::{Arity, Expansion, OpDef};
use crate::dialects::luma;
use crate::entity::{Block, Op, Value};
use crate::function::{Function, Loc, Position};
use crate::types::Type;

/// What is wrong with some bytes of the text of an expansion.
pub(crate) type TextError = (Range<usize>, String);

/// What was built for an operation, and the values that take the place of its results.
pub type Expansions = (Vec<Op>, Vec<Value>);

/// Builds what `op` stands for before it, all at `loc`, and gives what was built and the values
/// that take the place of its results. Nothing is built for an operation without an expansion.
///
/// # Errors
///
/// Code E0503, at `op`: the expansion does not fit the types the operation has here. The function
/// may then be half changed.
pub fn expand_op(
    context: &Arc<Context>,
    f: &mut Function,
    op: Op,
    loc: Loc,
) -> Result<Option<Expansions>, Vec<Diagnostic>> {
    let def = context.op_def(f.op_name(op));
    match &def.expansion {
        None => Ok(None),
        Some(Expansion::Call(name)) => {
            let args = f.operands(op).to_vec();
            let results: Vec<Type> = f.results(op).iter().map(|&v| f.value_type(v)).collect();
            let callee = Attribute::Symbol(context.symbol(name));
            let mut builder = Builder::before(context, f, op);
            builder.loc = loc;
            let call = luma::Call::build(&mut builder, &args, callee, &results);
            let values = f.results(call.0).to_vec();
            Ok(Some((vec![call.0], values)))
        }
        Some(Expansion::Ops(text)) => build(context, f, op, def, text, loc).map(Some),
    }
}

fn build(
    context: &Arc<Context>,
    f: &mut Function,
    op: Op,
    def: &OpDef,
    text: &str,
    loc: Loc,
) -> Result<Expansions, Vec<Diagnostic>> {
    let at = f.loc(op).span;
    let fail = |message: String| {
        let message = format!("`{}` cannot be expanded here: {message}", def.name);
        vec![Diagnostic::new(codes::E0503, at, message)]
    };
    let mut types = FxHashMap::default();
    let mut values = FxHashMap::default();
    for (slot, &value) in def.operands.iter().zip(f.operands(op)) {
        types.insert(slot.name.to_string(), f.value_type(value));
        values.insert(&*slot.name, value);
    }
    for (slot, &value) in def.results.iter().zip(f.results(op)) {
        types.insert(slot.name.to_string(), f.value_type(value));
    }
    let mut attributes = FxHashMap::default();
    for (name, value) in f.attributes(op) {
        let name = context.name(*name).to_string();
        if let Attribute::Type(ty) = value {
            types.entry(name.clone()).or_insert(*ty);
        }
        attributes.insert(name, value.clone());
    }
    let map = SourceMap::new();
    let mut reader = Reader::new(context, &map);
    reader.expanded =
        Some(Expanded { types, attributes, loc: Some(loc), op: def.name.to_string() });
    reader.values = values;
    // Built in a region of the operation itself.
    let region = f.add_region(op);
    let block = f.add_block(region);
    std::mem::swap(&mut reader.f, f);
    reader.enter(region, block);
    let parsed = read(&mut reader, text);
    std::mem::swap(&mut reader.f, f);
    let mut errors: Vec<TextError> = parsed.err().into_iter().collect();
    errors.extend(reader.errors.into_iter().map(text_error));
    if !errors.is_empty() {
        return Err(errors.into_iter().flat_map(|(_, message)| fail(message)).collect());
    }
    let mut values = Vec::new();
    match f.last(block) {
        Some(last) if !def.traits.terminator && f.op_name(last) == luma::Yield::NAME => {
            values = f.operands(last).to_vec();
            f.erase(last);
        }
        _ => values.extend(def.results.iter().filter_map(|slot| reader.values.get(&*slot.name))),
    }
    let wanted = f.results(op).iter().map(|&v| f.value_type(v));
    if !wanted.eq(values.iter().map(|&v| f.value_type(v))) {
        return Err(fail("its results have other types".into()));
    }
    let built: Vec<Op> = f.block_ops(block).collect();
    f.splice(block, Position::Before(op));
    Ok((built, values))
}

/// Builds the operations of `text` where `reader` stands.
fn read<'t>(reader: &mut Reader<'t>, text: &'t str) -> Result<(), TextError> {
    let file = FileId(0);
    grammar::ExpansionParser::new()
        .parse(file, &mut *reader, lexer::lex(text))
        .map_err(|error| text_error(syntax_error(file, text, error)))?;
    reader.resolve_forward();
    Ok(())
}

fn text_error(error: Diagnostic) -> TextError {
    let range = error.primary.map_or(0..0, |label| range(label.span));
    (range, error.message)
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// What an expansion uses, and what is wrong with it as far as that shows without types.
#[derive(Default)]
pub(crate) struct Checked {
    /// Names of the operations in it.
    pub(crate) ops: FxHashSet<String>,
    pub(crate) errors: Vec<TextError>,
}

/// Checks the text of the expansion of `def`: builds it for an operation of which only the
/// definition is known.
pub(crate) fn check(context: &Context, def: &OpDef, text: &str) -> Checked {
    let map = SourceMap::new();
    let mut reader = Reader::new(context, &map);
    let region = reader.f.body();
    let block = reader.f.add_block(region);
    let mut types = FxHashMap::default();
    for slot in def.operands.iter().chain(&*def.results) {
        if slot.arity == Arity::One {
            types.insert(slot.name.to_string(), Type::VOID);
        }
    }
    let mut attributes = FxHashMap::default();
    for slot in def.attributes.iter() {
        types.insert(slot.name.to_string(), Type::VOID);
        attributes.insert(slot.name.to_string(), Attribute::Unit);
    }
    reader.expanded = Some(Expanded { types, attributes, loc: None, op: def.name.to_string() });
    for slot in def.operands.iter().filter(|slot| slot.arity == Arity::One) {
        let value = reader.f.add_arg(block, Type::VOID);
        reader.values.insert(&slot.name, value);
    }
    reader.enter(region, block);
    if let Err(error) = read(&mut reader, text) {
        return Checked { ops: FxHashSet::default(), errors: vec![error] };
    }
    let mut checked = Checked::default();
    checked.errors.extend(std::mem::take(&mut reader.errors).into_iter().map(text_error));
    let f = &reader.f;
    f.walk(&mut |op| {
        checked.ops.insert(context.op_def(f.op_name(op)).name.to_string());
    });
    check_end(context, def, f, block, text.len(), &mut checked.errors);
    let yields = f.last(block).is_some_and(|op| f.op_name(op) == luma::Yield::NAME);
    if yields && !def.traits.terminator {
        return checked;
    }
    let end = text.len()..text.len();
    for slot in def.results.iter() {
        if slot.arity != Arity::One {
            let message = format!("the results `{}` can only be given by `luma.yield`", slot.name);
            checked.errors.push((end.clone(), message));
        } else if !reader.values.contains_key(&*slot.name) {
            let message = format!("the expansion does not define the result `%{}`", slot.name);
            checked.errors.push((end.clone(), message));
        }
    }
    checked
}

/// Checks that a terminator stands at the end of the block of an expansion and nowhere else, and
/// that there is one exactly if the operation is one.
fn check_end(
    context: &Context,
    def: &OpDef,
    f: &Function,
    block: Block,
    end: usize,
    errors: &mut Vec<TextError>,
) {
    let ends = |op: Op| context.op_def(f.op_name(op)).traits.terminator;
    let last = f.last(block);
    if let Some(op) = f.block_ops(block).find(|&op| Some(op) != last && ends(op)) {
        let message = "this ends a block, and something follows it";
        errors.push((range(f.loc(op).span), message.into()));
    }
    match last {
        Some(last) if ends(last) => {
            let yields = f.op_name(last) == luma::Yield::NAME;
            if yields && !def.traits.terminator {
                if f.operands(last).len() < def.results.len() {
                    let message = "this does not yield every result";
                    errors.push((range(f.loc(last).span), message.into()));
                }
            } else if !def.traits.terminator {
                let message = "this ends the block, which the operation does not";
                errors.push((range(f.loc(last).span), message.into()));
            }
        }
        _ if def.traits.terminator => {
            let message =
                "the operation ends its block, so its expansion must end with one that does";
            errors.push((end..end, message.into()));
        }
        _ => {}
    }
}
