//! Regions, blocks and operations.

use luma_diagnostics::{Span, never};
use smallvec::SmallVec;

use super::{Label, OpText, Reader, Scope, ScopeKind, Word};
use crate::dialect::OpName;
use crate::entity::{Block, Op, Region, Value};
use crate::function::{Loc, OpParts, Successor};
use crate::text::print::type_text;
use crate::types::Type;

/// An operation that uses values before the text that defines them.
#[derive(Debug)]
pub(super) struct Forward<'t> {
    op: Op,
    uses: Uses<'t>,
}

/// The operands and successors of an operation, as names.
#[derive(Debug)]
pub(super) struct Uses<'t> {
    /// Operands it has already.
    kept: SmallVec<[Value; 4]>,
    operands: SmallVec<[Word<'t>; 4]>,
    types: SmallVec<[(Type, Span); 4]>,
    successors: SmallVec<[(Block, SmallVec<[Word<'t>; 2]>); 2]>,
}

impl<'t> Reader<'t> {
    // --- regions and blocks -----------------------------------------------------------------

    pub(crate) fn open_region(&mut self) {
        let kind = match (self.scopes.is_empty(), &self.header) {
            (true, Some(_)) => ScopeKind::Region(self.f.body()),
            _ => match self.generic_scope() {
                Some(kind) => kind,
                None => ScopeKind::Region(self.f.make_region()),
            },
        };
        self.scopes.push(Scope { kind, block: None, packed: None });
    }

    pub(crate) fn close_region(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            never!("a region ends that did not begin");
            return;
        };
        self.unpacked(&scope);
        let ScopeKind::Region(region) = scope.kind else { return };
        let mut missing = Vec::new();
        self.forward_labels.retain(|&(at, label)| {
            if at == region {
                missing.push(label);
            }
            at != region
        });
        for label in missing {
            if self.blocks.get(&(region, label.item)).is_none_or(|known| !known.is_defined) {
                self.error(label.span, format!("no block `^{}` in this region", label.item));
            }
        }
        if region != self.f.body() && !self.stands_for_none(region) {
            self.regions.push(region);
        }
    }

    /// The head of a block: what follows is in it.
    pub(crate) fn block(&mut self, label: Word<'t>, args: u32) {
        let args = self.take_args(args);
        let Some(ScopeKind::Region(region)) = self.scopes.last().map(|scope| scope.kind) else {
            return self.error(label.span, "only regions of operations have blocks");
        };
        if self.expanded.is_some() && !self.f.blocks(region).is_empty() {
            self.error(label.span, "a region in an expansion has one block");
        }
        let known = self.blocks.get(&(region, label.item)).copied();
        let block = match known {
            Some(known) => {
                if known.is_defined {
                    self.error(label.span, format!("block `^{}` is defined twice", label.item));
                }
                known.block
            }
            None => self.entry_with_params(region).unwrap_or_else(|| self.f.make_block(region)),
        };
        if known.is_none_or(|known| !known.is_defined) {
            self.f.attach_block(block);
        }
        self.blocks.insert((region, label.item), Label { block, is_defined: true });
        for (name, ty, span) in args {
            let ty = self.known(ty, span);
            let value = self.f.add_arg(block, ty);
            if let Some(name) = name {
                self.define(name, value);
            }
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.block = Some(block);
        }
    }

    /// The block that operations are added to; an entry block without a label begins here.
    fn current_block(&mut self) -> Option<Block> {
        let scope = self.scopes.last()?;
        if let Some(block) = scope.block {
            return Some(block);
        }
        let ScopeKind::Region(region) = scope.kind else { return None };
        let block = self.entry_with_params(region).unwrap_or_else(|| self.f.make_block(region));
        self.f.attach_block(block);
        self.scopes.last_mut()?.block = Some(block);
        Some(block)
    }

    /// The block that holds the parameters, if this is the body of a function and has no block yet.
    fn entry_with_params(&self, region: Region) -> Option<Block> {
        let header = self.header.as_ref()?;
        (region == self.f.body() && self.f.blocks(region).is_empty()).then_some(header.entry)
    }

    // --- operations -------------------------------------------------------------------------

    /// The name of an operation and its opening parenthesis were read.
    pub(crate) fn op_head(&mut self, name: Word<'t>) {
        self.generic_head(name);
        self.heads.push((name.item, self.regions.len()));
    }

    /// Builds an operation, all of whose text was read.
    pub(crate) fn op(&mut self, mut text: OpText<'t>) {
        let regions = match self.heads.pop() {
            Some((_, first)) => self.regions.split_off(first),
            None => {
                never!("an operation ends that did not begin");
                Vec::new()
            }
        };
        if self.generic.is_on() && self.generic_op(&mut text, &regions) {
            return self.forget(&text);
        }
        let Some(block) = self.current_block() else {
            self.error(text.name.span, "an operation must stand in a function");
            return self.forget(&text);
        };
        let Some(name) = self.context.op_name(text.name.item) else {
            self.error(text.name.span, format!("unknown operation `{}`", text.name.item));
            return self.forget(&text);
        };
        self.build_op(&text, name, block, regions);
    }

    fn build_op(&mut self, text: &OpText<'t>, name: OpName, block: Block, regions: Vec<Region>) {
        let here = if regions.is_empty() { text.span } else { text.name.span };
        let mut parts = OpParts::new(name, self.op_loc(text, here));
        let packed = self.packed_result(text);
        let mut result_types = self.take_last_types(text.result_types);
        if packed.is_some() {
            result_types.pop();
        }
        for (ty, span) in result_types {
            parts.results.push(self.known(ty, span));
        }
        for entry in self.take_entries(text.attributes) {
            if let Some(value) = self.plain(entry.value, entry.value_span) {
                parts.attributes.push((self.context.symbol(entry.name.item), value));
            }
        }
        let uses = self.take_uses(text);
        let mut names = self.take_words(text.results);
        if packed.is_some() {
            names.pop();
        }
        if names.len() != parts.results.len() {
            let message =
                format!("{} results are named but {} have types", names.len(), parts.results.len());
            self.error(text.span, message);
        }
        let op = self.f.make_op(parts);
        self.f.append(block, op);
        for region in regions {
            self.f.attach_region(op, region);
        }
        self.connect(op, uses);
        for (i, name) in names.into_iter().enumerate() {
            if let Some(&value) = self.f.results(op).get(i) {
                self.define(name, value);
            }
        }
        if let (Some(name), Some(scope)) = (packed, self.scopes.last_mut()) {
            scope.packed = Some((op, name));
        }
    }

    fn op_loc(&self, text: &OpText<'t>, here: Span) -> Loc {
        match &self.expanded {
            Some(expanded) => expanded.loc.unwrap_or(Loc::source(text.name.span)),
            None => text.loc.map_or(Loc::source(here), |loc| loc.or(here)),
        }
    }

    /// Takes what waits for an operation that is not built.
    pub(super) fn forget(&mut self, text: &OpText<'t>) {
        self.take_last_types(text.result_types);
        self.take_entries(text.attributes);
        self.take_uses(text);
        self.take_words(text.results);
    }

    pub(super) fn take_uses(&mut self, text: &OpText<'t>) -> Uses<'t> {
        let types = self.take_last_types(text.operand_types);
        let labels = self.labels.split_off(self.labels.len() - text.successors as usize);
        let mut successors = SmallVec::new();
        // The words of the last successor are on top.
        for (label, args) in labels.into_iter().rev() {
            let args = self.take_words(args).into_iter().collect();
            if let Some(block) = self.label(label) {
                successors.push((block, args));
            }
        }
        successors.reverse();
        let operands = self.take_words(text.operands);
        if operands.len() != types.len() {
            let message = format!("{} operands but {} operand types", operands.len(), types.len());
            self.error(text.span, message);
        }
        let mut uses = Uses { kept: SmallVec::new(), operands, types, successors };
        if uses.operands.len() == uses.types.len()
            && let Some(packed) = uses.operands.last().and_then(|name| self.take_pack(name.item))
        {
            uses.operands.pop();
            uses.types.pop();
            uses.operands.extend(packed.0);
            uses.types.extend(packed.1);
        }
        uses
    }

    /// The block a label names, which may come later.
    fn label(&mut self, label: Word<'t>) -> Option<Block> {
        if self.expanded.is_some() {
            self.error(label.span, "an expansion has no blocks to go to");
            return None;
        }
        let ScopeKind::Region(region) = self.scopes.last()?.kind else { return None };
        let known = self.blocks.get(&(region, label.item));
        if known.is_none_or(|known| !known.is_defined) {
            self.forward_labels.push((region, label));
        }
        if let Some(known) = known {
            return Some(known.block);
        }
        let block = self.f.make_block(region);
        self.blocks.insert((region, label.item), Label { block, is_defined: false });
        Some(block)
    }

    // --- values -----------------------------------------------------------------------------

    pub(super) fn define(&mut self, name: Word<'t>, value: Value) {
        if self.values.insert(name.item, value).is_some() {
            self.error(name.span, format!("value `%{}` is defined twice", name.item));
        }
        if !name.item.bytes().all(|b| b.is_ascii_digit()) {
            self.f.set_value_name(value, self.context.symbol(name.item));
        }
    }

    /// Gives an operation its operands and successors, now or at the end of the function.
    fn connect(&mut self, op: Op, uses: Uses<'t>) {
        if self.types_mean_nothing() || self.all_defined(&uses) {
            self.resolve(op, &uses);
        } else {
            self.forward.push(Forward { op, uses });
        }
    }

    /// Gives an operation that may have operands its successors.
    pub(super) fn connect_successors(&mut self, op: Op, successors: Uses<'t>) {
        let uses = match self.forward.pop_if(|forward| forward.op == op) {
            Some(forward) => Uses { successors: successors.successors, ..forward.uses },
            None => Uses { kept: self.f.operands(op).into(), ..successors },
        };
        self.connect(op, uses);
    }

    /// Gives the operations that used values too early their operands and successors.
    pub(in crate::text) fn resolve_forward(&mut self) {
        for Forward { op, uses } in std::mem::take(&mut self.forward) {
            self.resolve(op, &uses);
        }
    }

    fn all_defined(&self, uses: &Uses<'t>) -> bool {
        let args = uses.successors.iter().flat_map(|(_, args)| args);
        uses.operands.iter().chain(args).all(|name| self.values.contains_key(name.item))
    }

    fn resolve(&mut self, op: Op, uses: &Uses<'t>) {
        let mut operands = uses.kept.clone();
        for (i, name) in uses.operands.iter().enumerate() {
            let Some(value) = self.value(name) else { continue };
            operands.push(value);
            let Some(&(ty, span)) = uses.types.get(i) else { continue };
            let written = self.known(ty, span);
            if self.f.value_type(value) != written && !self.types_mean_nothing() {
                let actual = type_text(self.context, self.f.value_type(value));
                self.error(span, format!("`%{}` has type `{actual}`", name.item));
            }
        }
        let mut successors: SmallVec<[Successor; 2]> = SmallVec::new();
        for (block, args) in &uses.successors {
            let args = args.iter().filter_map(|name| self.value(name)).collect();
            successors.push(Successor { block: *block, args });
        }
        self.f.set_used(op, &operands, successors);
    }

    fn value(&mut self, name: &Word<'t>) -> Option<Value> {
        let value = self.values.get(name.item).copied();
        if value.is_none() {
            self.error(name.span, format!("value `%{}` is not defined", name.item));
        }
        value
    }

    // --- stacks -----------------------------------------------------------------------------

    /// The last `count` parameters or arguments of blocks that wait.
    pub(super) fn take_args(&mut self, count: u32) -> Vec<(Option<Word<'t>>, Type, Span)> {
        self.args.split_off(self.args.len() - count as usize)
    }

    pub(super) fn take_words(&mut self, count: u32) -> SmallVec<[Word<'t>; 4]> {
        let start = self.words.len() - count as usize;
        let taken = SmallVec::from_slice(&self.words[start..]);
        self.words.truncate(start);
        taken
    }

    pub(super) fn take_last_types(&mut self, count: u32) -> SmallVec<[(Type, Span); 4]> {
        let start = self.types.len() - count as usize;
        let taken = SmallVec::from_slice(&self.types[start..]);
        self.types.truncate(start);
        taken
    }
}
