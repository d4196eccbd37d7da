//! MLIR's generic form: takes away what `print_generic` adds. Its head says what that is.

use luma_diagnostics::{OrNever as _, Span};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::attributes::Entry;
use super::{AttrValue, OpText, Reader, Scope, ScopeKind, Word};
use crate::attribute::Attribute;
use crate::dialect::Arity;
use crate::entity::{Op, Region};
use crate::function::{Linkage, Loc};
use crate::module::{StructDef, Table};
use crate::text::lexer::{self, Token, unquoted};
use crate::types::{Type, TypeData};

/// Values that a tuple stands for, and their types.
type Pack<'t> = (SmallVec<[Word<'t>; 4]>, SmallVec<[(Type, Span); 4]>);

#[derive(Debug, Default)]
pub(super) struct State<'t> {
    /// Whether the text is `"builtin.module"`.
    is_on: bool,
    /// What was packed into tuples, by the name of the tuple.
    packs: FxHashMap<&'t str, Pack<'t>>,
    /// Whether the region of a function was begun, and the function not ended.
    is_in_func: bool,
}

impl State<'_> {
    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }
}

impl<'t> Reader<'t> {
    /// The name of an operation was read.
    pub(super) fn generic_head(&mut self, name: Word<'t>) {
        if self.scopes.is_empty() && self.header.is_none() && self.expanded.is_none() {
            if name.item != "builtin.module" {
                let message = "a module in generic form is one `\"builtin.module\"`";
                self.error(name.span, message);
            }
            self.generic.is_on = true;
        }
    }

    /// What kind of region begins here, if the generic form gives it a meaning of its own.
    pub(super) fn generic_scope(&mut self) -> Option<ScopeKind> {
        let &(parent, first) = self.heads.last()?;
        if !self.generic.is_on {
            return None;
        }
        if self.heads.len() == 1 {
            return Some(ScopeKind::Module);
        }
        if parent == "luma.func" && self.scopes.last().is_some_and(|s| s.kind == ScopeKind::Module)
        {
            let is_second = std::mem::replace(&mut self.generic.is_in_func, true);
            if !is_second {
                self.generic.packs.clear();
                self.start_func(super::empty_function());
                return Some(ScopeKind::Region(self.f.body()));
            }
            return None;
        }
        let is_list = self.last_region(parent, first) == Some(Arity::Variadic);
        is_list.then_some(ScopeKind::List)
    }

    /// The arity of the last regions of operation `parent`, if its last one is being read.
    fn last_region(&self, parent: &str, first: usize) -> Option<Arity> {
        let def = self.context.op_def(self.context.op_name(parent)?);
        let is_last = self.regions.len() - first + 1 == def.regions.len();
        def.regions.last().filter(|_| is_last).map(|slot| slot.arity)
    }

    /// Whether `region`, which was just read, is the generic form of an optional one that is not
    /// there.
    pub(super) fn stands_for_none(&self, region: Region) -> bool {
        let Some(&(parent, first)) = self.heads.last() else { return false };
        self.generic.is_on
            && self.f.blocks(region).is_empty()
            && self.last_region(parent, first) == Some(Arity::Optional)
    }

    /// Does what an operation means that only the generic form has. False for any other.
    pub(super) fn generic_op(&mut self, text: &mut OpText<'t>, regions: &[Region]) -> bool {
        match self.scopes.last().map(|scope| scope.kind) {
            // The module itself.
            None => true,
            Some(ScopeKind::Module) => {
                self.generic_item(text, regions);
                true
            }
            Some(ScopeKind::List) => {
                match text.name.item {
                    "luma.region" => self.regions.extend_from_slice(regions),
                    "ub.unreachable" => {}
                    _ => self.error(text.name.span, "a list of regions holds only regions"),
                }
                true
            }
            Some(ScopeKind::Region(_)) => self.generic_marker(text),
        }
    }

    fn generic_marker(&mut self, text: &mut OpText<'t>) -> bool {
        let name = text.name.item;
        let last = self.last_op();
        if name != "builtin.unrealized_conversion_cast"
            && let Some(scope) = self.scopes.last_mut()
        {
            let packed = scope.packed.take();
            let scope = Scope { kind: scope.kind, block: None, packed };
            self.unpacked(&scope);
        }
        match name {
            "ub.unreachable" => last.is_some_and(|op| self.ends_block(op)),
            "llvm.mlir.zero" => true,
            "llvm.indirectbr" => {
                match last.filter(|&op| self.f.successors(op).is_empty()) {
                    Some(op) => self.indirect_branch(text, op),
                    None => self.error(text.span, "these successors belong to no operation"),
                }
                true
            }
            "builtin.unrealized_conversion_cast" => {
                self.cast(text);
                true
            }
            _ => false,
        }
    }

    fn last_op(&self) -> Option<Op> {
        self.f.last(self.scopes.last()?.block?)
    }

    fn ends_block(&self, op: Op) -> bool {
        self.context.op_def(self.f.op_name(op)).traits.terminator
    }

    // --- items ------------------------------------------------------------------------------

    fn generic_item(&mut self, text: &mut OpText<'t>, regions: &[Region]) {
        let mut entries = self.take_entries(std::mem::take(&mut text.attributes));
        match text.name.item {
            "luma.struct_def" => {
                self.generic_struct(text, &mut entries);
            }
            "luma.global" => {
                if let Some(name) = self.take_name(text, &mut entries, "sym_name") {
                    self.add_global(name, entries);
                }
            }
            "luma.func" => {
                self.generic_func(text, entries, regions);
            }
            other => {
                self.error(text.name.span, format!("`{other}` does not stand in a module"));
            }
        }
    }

    fn generic_struct(&mut self, text: &OpText<'t>, entries: &mut Vec<Entry<'t>>) -> Option<()> {
        let name = self.take_name(text, entries, "struct_name")?;
        let names = self.take_names(text, entries, "field_names")?;
        let types = self.take_array(text, entries, "field_types")?;
        if names.len() != types.len() {
            self.error(text.span, "a struct needs as many field types as field names");
        }
        let mut def = StructDef { fields: Table::default(), loc: Loc::source(name.span) };
        for (name, ty) in names.into_iter().zip(types) {
            match ty {
                Attribute::Type(ty) => self.field(&mut def, name, ty),
                _ => self.error(name.span, "a field of a struct needs a type"),
            }
        }
        self.add_struct(name, def);
        Some(())
    }

    fn generic_func(
        &mut self,
        text: &OpText<'t>,
        mut entries: Vec<Entry<'t>>,
        regions: &[Region],
    ) -> Option<()> {
        let has_region = std::mem::take(&mut self.generic.is_in_func);
        let name = self.take_name(text, &mut entries, "sym_name")?;
        let ty = self.take_attribute(text, &mut entries, "function_type")?;
        let Some(TypeData::Function(id)) = ty.0.as_type().map(|ty| self.context.type_data(ty))
        else {
            self.error(ty.1, "the type of a function is `(…) -> …`");
            return None;
        };
        let linkage = self.take_attribute(text, &mut entries, "linkage")?;
        let linkage = match linkage.0.as_str() {
            Some("private") => Linkage::Private,
            Some("public") => Linkage::Public,
            Some("external") => Linkage::External,
            _ => {
                let message = "a linkage is \"private\", \"public\" or \"external\"";
                self.error(linkage.1, message);
                return None;
            }
        };
        if !regions.is_empty() {
            self.error(text.span, "a function has one region");
        }
        if !has_region {
            self.start_func(super::empty_function());
        }
        let signature = self.context.signature(id);
        self.f.name = self.context.symbol(name.item);
        self.f.params = signature.params.to_vec();
        self.f.results = signature.results.to_vec();
        self.f.linkage = linkage;
        self.f.loc = text.loc.map_or(Loc::source(name.span), |loc| loc.or(name.span));
        for entry in entries {
            self.function_attribute(entry);
        }
        let message = match (self.f.entry(), linkage == Linkage::External) {
            (None, false) => Some("a function without a body must be `external`"),
            (Some(_), true) => Some("an `external` function cannot have a body"),
            _ => None,
        };
        if let Some(message) = message {
            self.error(name.span, message);
        }
        if let Some(entry) = self.f.entry() {
            // The arguments of the entry block are the parameters.
            let args = self.f.block_args(entry).iter().map(|&arg| self.f.value_type(arg));
            if !args.eq(self.f.params.iter().copied()) {
                let message = "the arguments of the entry block must have the types of the \
                               parameters in the function's type";
                self.error(name.span, message);
            }
        }
        self.finish_func(name);
        Some(())
    }

    // --- blocks -----------------------------------------------------------------------------

    /// Gives `op` the successors of the branch after it.
    fn indirect_branch(&mut self, text: &mut OpText<'t>, op: Op) {
        let entries = self.take_entries(std::mem::take(&mut text.attributes));
        let sizes = entries.iter().find_map(|entry| match entry.value {
            AttrValue::Segments(text) => Some(segment_sizes(text)),
            _ => None,
        });
        let sizes = sizes.unwrap_or_default();
        // The first operand is the address.
        let total = sizes.iter().fold(1_usize, |sum, &size| sum.saturating_add(size as usize));
        if sizes.len() != text.successors as usize || total != text.operands as usize {
            self.error(text.span, "the segment sizes do not fit the operands and successors");
            return;
        }
        // The operands become arguments of the successors; none is left.
        let first = self.labels.len() - sizes.len();
        for (label, size) in self.labels[first..].iter_mut().zip(sizes) {
            label.1 = size;
        }
        text.operands = 0;
        text.operand_types = 0;
        self.take_last_types(total as u32);
        let uses = self.take_uses(text);
        text.successors = 0;
        // The address waits below them.
        self.words.pop();
        self.connect_successors(op, uses);
    }

    fn cast(&mut self, text: &mut OpText<'t>) {
        let first_type = |types: &[(Type, Span)], count: u32| {
            types.len().checked_sub(count as usize).and_then(|at| types.get(at)).map(|ty| ty.0)
        };
        let results = first_type(&self.types, text.result_types);
        let operands = first_type(&self.types, text.result_types + text.operand_types);
        let is_tuple = |ty: Option<Type>| ty.is_some_and(|ty| self.tuple(ty).is_some());
        match (is_tuple(operands), is_tuple(results)) {
            (true, _) if text.operands == 1 => self.unpack(text),
            (false, true) if text.results == 1 => {
                self.take_last_types(std::mem::take(&mut text.result_types));
                let types = self.take_last_types(std::mem::take(&mut text.operand_types));
                let values = self.take_words(std::mem::take(&mut text.operands));
                let name = self.take_words(std::mem::take(&mut text.results));
                for name in name {
                    self.generic.packs.insert(name.item, (values.clone(), types.clone()));
                }
            }
            _ => self.error(text.span, "this is not a conversion of Luma IR"),
        }
    }

    /// Gives the operation before the cast the results that its last one stands for.
    fn unpack(&mut self, text: &mut OpText<'t>) {
        let types = self.take_last_types(std::mem::take(&mut text.result_types));
        self.take_last_types(std::mem::take(&mut text.operand_types));
        let operand = self.take_words(std::mem::take(&mut text.operands));
        let names = self.take_words(std::mem::take(&mut text.results));
        let packed = self.scopes.last_mut().and_then(|scope| scope.packed.take());
        let Some((op, name)) = packed else {
            return self.error(text.span, UNPACKED);
        };
        if operand.last().is_none_or(|operand| operand.item != name.item) {
            return self.error(text.span, UNPACKED);
        }
        if names.len() != types.len() {
            let message =
                format!("{} results are named but {} have types", names.len(), types.len());
            self.error(text.span, message);
        }
        for (name, (ty, span)) in names.into_iter().zip(types) {
            let ty = self.known(ty, span);
            let value = self.f.add_result(op, ty);
            self.define(name, value);
        }
    }

    /// Nothing more is read into `scope`, or not right away.
    pub(super) fn unpacked(&mut self, scope: &Scope<'t>) {
        if let Some((_, name)) = &scope.packed {
            self.error(name.span, UNPACKED);
        }
    }

    /// The name of the last result of an operation, if it is a tuple.
    pub(super) fn packed_result(&self, text: &OpText<'t>) -> Option<Word<'t>> {
        let &(ty, _) = self.types.last()?;
        if text.results != text.result_types || text.results == 0 || self.tuple(ty).is_none() {
            return None;
        }
        let above = text.operands as usize + self.successor_args(text);
        self.words.get(self.words.len().checked_sub(above + 1)?).copied()
    }

    fn successor_args(&self, text: &OpText<'t>) -> usize {
        let labels = &self.labels[self.labels.len() - text.successors as usize..];
        labels.iter().map(|&(_, args)| args as usize).sum()
    }

    /// What the tuple called `name` was packed from; every tuple has one user.
    pub(super) fn take_pack(&mut self, name: &str) -> Option<Pack<'t>> {
        self.generic.packs.remove(name)
    }

    // --- attributes -------------------------------------------------------------------------

    fn take_attribute(
        &mut self,
        text: &OpText<'t>,
        entries: &mut Vec<Entry<'t>>,
        key: &str,
    ) -> Option<(Attribute, Span)> {
        match entries.iter().position(|entry| entry.name.item == key) {
            Some(index) => {
                let entry = entries.remove(index);
                Some((self.plain(entry.value, entry.value_span)?, entry.value_span))
            }
            None => {
                let message = format!("`{}` needs an attribute `{key}`", text.name.item);
                self.error(text.name.span, message);
                None
            }
        }
    }

    /// The text at `span`, which is one of what is read.
    fn written(&self, span: Span) -> &'t str {
        let file = self.map.file(span.file);
        let text = file.and_then(|file| file.text().get(span.start as usize..span.end as usize));
        text.or_never("", "what is read stands in a file of the map")
    }

    fn take_name(
        &mut self,
        text: &OpText<'t>,
        entries: &mut Vec<Entry<'t>>,
        key: &str,
    ) -> Option<Word<'t>> {
        let (value, span) = self.take_attribute(text, entries, key)?;
        let item = unquoted(self.written(span));
        if !matches!(value, Attribute::Str(_)) {
            self.error(span, "this must be a string");
            return None;
        }
        if item.is_empty() || item.contains('\\') {
            self.error(span, "this is not a name");
            return None;
        }
        Some(Word { item, span })
    }

    /// The names that an array of strings holds, as they are written: names have no escapes.
    fn take_names(
        &mut self,
        text: &OpText<'t>,
        entries: &mut Vec<Entry<'t>>,
        key: &str,
    ) -> Option<Vec<Word<'t>>> {
        let (value, span) = self.take_attribute(text, entries, key)?;
        let tokens = lexer::lex(self.written(span));
        let names: Vec<Word<'t>> = tokens
            .filter_map(|token| match token {
                Ok((start, Token::String(quoted), end)) => {
                    let (start, end) = (span.start + start, span.start + end);
                    Some(Word { item: unquoted(quoted), span: Span { start, end, ..span } })
                }
                _ => None,
            })
            .collect();
        if value.as_array().is_none_or(|items| items.len() != names.len()) {
            self.error(span, format!("`{key}` must be an array of strings"));
            return None;
        }
        Some(names)
    }

    fn take_array(
        &mut self,
        text: &OpText<'t>,
        entries: &mut Vec<Entry<'t>>,
        key: &str,
    ) -> Option<Vec<Attribute>> {
        let (value, span) = self.take_attribute(text, entries, key)?;
        match value.as_array() {
            Some(items) => Some(items.to_vec()),
            None => {
                self.error(span, format!("`{key}` must be an array"));
                None
            }
        }
    }
}

const UNPACKED: &str = "a tuple is unpacked right after what made it";

/// `array<i32: 0, 1>`
fn segment_sizes(text: &str) -> Vec<u32> {
    let list = text.split_once(':').map_or("", |(_, list)| list.trim_end_matches('>'));
    list.split(',').filter_map(|size| size.trim().parse().ok()).collect()
}
