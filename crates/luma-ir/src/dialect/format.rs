//! Reads the TOML form of a dialect. Used by the build script for the project's own dialects and by
//! the library for those loaded at run time; the form is described in `docs/architecture.md`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::def::{
    Arity, AttributeConstraint, Control, Dialect, Expansion, OpDef, OpPlaces, OwnershipEffect,
    Program, Relation, Slot, TextPlace, Traits, TypeConstraint,
};

/// What is wrong with the text at some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableError {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Reads a dialect. When there are errors the table holds what could be read.
pub(crate) fn read(text: &str) -> (Dialect, Vec<TableError>) {
    let (root, bad) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, errors: Vec::new() };
    for error in &bad {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        reader.error(error.span().unwrap_or(text.len()..text.len()), message);
    }
    let dialect = reader.dialect(root.get_ref());
    // What could not be parsed is also missing, and need not be said twice.
    if !bad.is_empty() {
        reader.errors.truncate(bad.len());
    }
    reader.errors.sort_by_key(|error| error.range.start);
    (dialect, reader.errors)
}

const TRAITS: [&str; 4] = ["terminator", "pure", "commutative", "reads"];
const TYPES: [(&str, TypeConstraint); 9] = [
    ("value", TypeConstraint::Value),
    ("scalar", TypeConstraint::Scalar),
    ("number", TypeConstraint::Number),
    ("int", TypeConstraint::Int),
    ("integer", TypeConstraint::Integer),
    ("i1", TypeConstraint::I1),
    ("i64", TypeConstraint::I64),
    ("ptr", TypeConstraint::Ptr),
    ("place", TypeConstraint::Place),
];
const ATTRIBUTES: [(&str, AttributeConstraint); 5] = [
    ("number", AttributeConstraint::Number),
    ("string", AttributeConstraint::String),
    ("type", AttributeConstraint::Type),
    ("symbol", AttributeConstraint::Symbol),
    ("array", AttributeConstraint::Array),
];
const EFFECTS: [(&str, OwnershipEffect); 3] = [
    ("takes", OwnershipEffect::Takes),
    ("gives", OwnershipEffect::Gives),
    ("borrows", OwnershipEffect::Borrows),
];
const CONTROLS: [(&str, Control); 9] = [
    ("scope", Control::Scope),
    ("branch", Control::Branch),
    ("loop", Control::Loop),
    ("deferred", Control::Deferred),
    ("yield", Control::Yield),
    ("break", Control::Break),
    ("continue", Control::Continue),
    ("return", Control::Return),
    ("unreachable", Control::Unreachable),
];

type Key<'t> = Spanned<Cow<'t, str>>;
type Value<'t> = Spanned<DeValue<'t>>;

struct Reader<'t> {
    text: &'t str,
    errors: Vec<TableError>,
}

impl Reader<'_> {
    fn error(&mut self, range: Range<usize>, message: impl Into<String>) {
        self.errors.push(TableError { range, message: message.into(), help: None });
    }

    fn error_help(&mut self, range: Range<usize>, message: String, help: String) {
        self.errors.push(TableError { range, message, help: Some(help) });
    }

    fn dialect(&mut self, root: &DeTable<'_>) -> Dialect {
        let mut dialect = Dialect::new("", "");
        self.keys(root, &["dialect", "op"], "a dialect file");
        let start = 0..self.text.find('\n').unwrap_or(self.text.len());
        match root.get("dialect").map(|value| (value.span(), value.get_ref())) {
            Some((range, DeValue::Table(head))) => {
                self.keys(head, &["name", "summary", "doc"], "`[dialect]`");
                let name = self.string(head, "name");
                match &name {
                    Some((name, range)) => self.identifier(name, range.clone(), "dialect"),
                    None => self.missing(head, "name", range.clone(), "`[dialect]`"),
                }
                if let Some((name, range)) = name {
                    dialect.name = name.into();
                    dialect.places.name = range;
                }
                dialect.summary = self.text(head, "summary");
                dialect.doc = self.text(head, "doc");
                if dialect.summary.is_empty() {
                    self.missing(head, "summary", range, "`[dialect]`");
                }
            }
            Some((range, _)) => self.error(range, "`dialect` must be a table"),
            None => self.error_help(
                start,
                "the file names no dialect".into(),
                "begin it with `[dialect]`, `name = \"…\"` and `summary = \"…\"`".into(),
            ),
        }
        let mut seen = BTreeSet::new();
        match root.get("op").map(|value| (value.span(), value.get_ref())) {
            Some((_, DeValue::Array(items))) => {
                for item in items.iter() {
                    let DeValue::Table(entry) = item.get_ref() else {
                        self.error(item.span(), "an operation must be a table: `[[op]]`");
                        continue;
                    };
                    let (op, place) = self.op(&dialect.name, entry, item.span());
                    if !seen.insert(op.name.clone()) && !op.name.ends_with('.') {
                        let message = format!("operation `{}` is defined twice", op.name);
                        self.error(place.name.clone(), message);
                    }
                    dialect.ops.push(op);
                    dialect.places.ops.push(place);
                }
            }
            Some((range, _)) => self.error(range, "operations are written as `[[op]]`"),
            None => {}
        }
        dialect
    }

    fn op(&mut self, dialect: &str, entry: &DeTable<'_>, range: Range<usize>) -> (OpDef, OpPlaces) {
        const KEYS: [&str; 16] = [
            "name",
            "summary",
            "doc",
            "example",
            "program",
            "output",
            "operands",
            "results",
            "attrs",
            "regions",
            "successors",
            "traits",
            "constraints",
            "folds",
            "expand",
            "control",
        ];
        self.keys(entry, &KEYS, "an operation");
        let mut places = OpPlaces { name: range.clone(), ..OpPlaces::default() };
        let name = self.string(entry, "name");
        match &name {
            Some((name, range)) => {
                self.identifier(name, range.clone(), "operation");
                places.name = range.clone();
            }
            None => self.missing(entry, "name", range, "an operation"),
        }
        let mut op = OpDef::new(format!("{dialect}.{}", name.map_or(String::new(), |(n, _)| n)));
        op.summary = self.text(entry, "summary");
        if op.summary.is_empty() {
            self.missing(entry, "summary", places.name.clone(), "an operation");
        }
        op.doc = self.text(entry, "doc");
        op.example = self.text(entry, "example");
        op.program = self.program(entry, &places);
        let operands = self.strings(entry, "operands");
        op.operands = self.values(&operands, "operand", OwnershipEffect::Takes).into();
        let results = self.strings(entry, "results");
        op.results = self.values(&results, "result", OwnershipEffect::Gives).into();
        let attributes = self.strings(entry, "attrs");
        op.attributes = self.attributes(&attributes).into();
        let regions = self.strings(entry, "regions");
        op.regions = self.plain(&regions, "region").into();
        let successors = self.strings(entry, "successors");
        op.successors = self.plain(&successors, "successor").into();
        op.traits = self.traits(entry);
        op.control = self.control(entry, &op);
        let mut names = BTreeSet::new();
        for (text, range) in operands.iter().chain(&results) {
            let name = text.split(':').next().unwrap_or("").trim();
            if !names.insert(name) {
                self.error(range.clone(), format!("the name `{name}` is used twice"));
            }
            let effect = text.split_whitespace().next_back();
            let moves = matches!(effect, Some("takes" | "gives"));
            if moves && (op.traits.pure || op.traits.reads) {
                self.error(range.clone(), "an operation without effects moves no ownership");
            }
        }
        let mut relations = Vec::new();
        for (text, range) in self.strings(entry, "constraints") {
            relations.extend(self.relation(&text, range, &op));
        }
        op.relations = relations.into();
        let folds = self.strings(entry, "folds");
        op.folds = folds.iter().map(|(text, _)| Cow::Owned(text.clone())).collect();
        places.folds = folds
            .iter()
            .map(|(text, range)| TextPlace::new(self.text, range.clone(), text))
            .collect();
        if let Some((text, range)) = self.string(entry, "expand") {
            op.expansion = self.expansion(&text, range.clone(), &op);
            places.expansion = TextPlace::new(self.text, range, &text);
        }
        (op, places)
    }

    fn program(&mut self, entry: &DeTable<'_>, places: &OpPlaces) -> Option<Program> {
        let output = self.string(entry, "output");
        let Some((text, _)) = self.string(entry, "program") else {
            if let Some((_, range)) = output {
                self.error(range, "`output` is the output of a `program`, and there is none");
            }
            return None;
        };
        let Some((output, _)) = output else {
            self.missing(entry, "output", places.name.clone(), "an operation with a `program`");
            return None;
        };
        Some(Program { text: text.into(), output: output.into() })
    }

    /// Operands or results; `moving` is the effect beside `borrows` that they may have.
    fn values(
        &mut self,
        items: &[(String, Range<usize>)],
        what: &str,
        moving: OwnershipEffect,
    ) -> Vec<Slot<TypeConstraint>> {
        let mut slots = Vec::new();
        for (i, (text, range)) in items.iter().enumerate() {
            let Some(parts) = self.slot(text, range) else { continue };
            if parts.arity != Arity::One && i + 1 < items.len() {
                self.error(
                    range.clone(),
                    format!("only the last {what} may be optional or variadic"),
                );
            }
            let constraint = self.one_of(parts.constraint, &TYPES, range, "type constraint");
            let ownership =
                parts.effect.and_then(|e| self.one_of(e, &EFFECTS, range, "ownership effect"));
            if let Some(effect) = ownership {
                if effect != moving && effect != OwnershipEffect::Borrows {
                    let allowed = if what == "operand" { "takes" } else { "gives" };
                    self.error_help(
                        range.clone(),
                        format!("`{}` is not an effect of an {what}", parts.effect.unwrap_or("")),
                        format!("an {what} `{allowed}` or `borrows`"),
                    );
                }
                let owns = [TypeConstraint::Ptr, TypeConstraint::Value, TypeConstraint::Scalar];
                if constraint.is_some_and(|constraint| !owns.contains(&constraint)) {
                    let message = format!("`{}` points to nothing that is owned", parts.constraint);
                    self.error(range.clone(), message);
                }
            }
            slots.push(Slot {
                name: parts.name.to_string().into(),
                constraint: constraint.unwrap_or(TypeConstraint::Value),
                arity: parts.arity,
                ownership,
            });
        }
        slots
    }

    fn attributes(&mut self, items: &[(String, Range<usize>)]) -> Vec<Slot<AttributeConstraint>> {
        let mut slots: Vec<Slot<AttributeConstraint>> = Vec::new();
        for (text, range) in items {
            let Some(parts) = self.slot(text, range) else { continue };
            if parts.arity == Arity::Variadic {
                self.error(range.clone(), "an attribute cannot be variadic");
            }
            if parts.effect.is_some() {
                self.error(range.clone(), "an attribute has no ownership effect");
            }
            if slots.iter().any(|slot| slot.name == parts.name) {
                self.error(range.clone(), format!("the name `{}` is used twice", parts.name));
            }
            let constraint = self.one_of(parts.constraint, &ATTRIBUTES, range, "attribute kind");
            slots.push(Slot {
                name: parts.name.to_string().into(),
                constraint: constraint.unwrap_or(AttributeConstraint::Number),
                arity: parts.arity,
                ownership: None,
            });
        }
        slots
    }

    /// Regions or successors.
    fn plain(&mut self, items: &[(String, Range<usize>)], what: &str) -> Vec<Slot<()>> {
        let mut slots: Vec<Slot<()>> = Vec::new();
        for (i, (text, range)) in items.iter().enumerate() {
            let (name, arity) = arity(text.trim());
            self.identifier(name, range.clone(), what);
            if arity != Arity::One && i + 1 < items.len() {
                self.error(
                    range.clone(),
                    format!("only the last {what} may be optional or variadic"),
                );
            }
            if arity == Arity::Optional && what == "successor" {
                self.error(range.clone(), "a successor cannot be optional");
            }
            if slots.iter().any(|slot| slot.name == name) {
                self.error(range.clone(), format!("the name `{name}` is used twice"));
            }
            let name = name.to_string().into();
            slots.push(Slot { name, constraint: (), arity, ownership: None });
        }
        slots
    }

    /// `name: constraint`, then `?` or `...`, then an ownership effect.
    fn slot<'t>(&mut self, text: &'t str, range: &Range<usize>) -> Option<SlotParts<'t>> {
        let Some((name, rest)) = text.split_once(':') else {
            self.error_help(
                range.clone(),
                format!("`{text}` has no `:`"),
                "write `name: constraint`, such as `\"size: i64\"`".into(),
            );
            return None;
        };
        let name = name.trim();
        self.identifier(name, range.clone(), "slot");
        let mut words = rest.split_whitespace();
        let (constraint, arity) = arity(words.next().unwrap_or(""));
        let effect = words.next();
        if let Some(extra) = words.next() {
            self.error(range.clone(), format!("unexpected `{extra}`"));
        }
        Some(SlotParts { name, constraint, arity, effect })
    }

    fn one_of<T: Copy>(
        &mut self,
        word: &str,
        words: &[(&str, T)],
        range: &Range<usize>,
        what: &str,
    ) -> Option<T> {
        let found = words.iter().find(|(name, _)| *name == word).map(|&(_, value)| value);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|&(name, _)| name).collect();
            self.error_help(
                range.clone(),
                format!("unknown {what} `{word}`"),
                format!("it is one of {}", names.join(", ")),
            );
        }
        found
    }

    fn traits(&mut self, entry: &DeTable<'_>) -> Traits {
        let mut traits = Traits::default();
        for (name, range) in self.strings(entry, "traits") {
            match name.as_str() {
                "terminator" => traits.terminator = true,
                "pure" => traits.pure = true,
                "commutative" => traits.commutative = true,
                "reads" => traits.reads = true,
                _ => self.error_help(
                    range,
                    format!("unknown trait `{name}`"),
                    format!("it is one of {}", TRAITS.join(", ")),
                ),
            }
        }
        traits
    }

    /// How control goes through `op`: what it has decides what it can say.
    fn control(&mut self, entry: &DeTable<'_>, op: &OpDef) -> Control {
        let Some((word, range)) = self.string(entry, "control") else { return Control::Unknown };
        let found = self.one_of(&word, &CONTROLS, &range, "kind of control");
        let Some(control) = found else { return Control::Unknown };
        let wants = match control {
            Control::Unknown => return control,
            Control::Branch if !op.successors.is_empty() || !op.regions.is_empty() => None,
            Control::Branch => Some("regions or successors"),
            Control::Scope | Control::Loop if op.regions.is_empty() => Some("regions"),
            Control::Deferred if op.regions.len() != 1 => Some("one region"),
            Control::Scope | Control::Loop | Control::Deferred => None,
            _ if !op.traits.terminator => Some("the trait `terminator`"),
            _ if !op.successors.is_empty() || !op.regions.is_empty() => {
                Some("no regions and no successors")
            }
            _ => None,
        };
        if let Some(wants) = wants {
            self.error(range.clone(), format!("control `{word}` needs {wants}"));
        }
        if control == Control::Branch && op.operands.is_empty() {
            self.error(range, "control `branch` needs an operand that chooses");
        }
        control
    }

    /// `same(a, b)` and its like.
    fn relation(&mut self, text: &str, range: Range<usize>, op: &OpDef) -> Option<Relation> {
        let (head, rest) = text.split_once('(').unwrap_or((text, ""));
        let args: Vec<&str> = rest.trim_end_matches(')').split(',').map(str::trim).collect();
        let own = |name: &str| -> Cow<'static, str> { Cow::Owned(name.to_string()) };
        let mut value = |name: &str| {
            let slots = op.operands.iter().chain(&*op.results);
            if !slots.into_iter().any(|slot| slot.name == name) {
                self.error(range.clone(), format!("no operand or result is called `{name}`"));
            }
            own(name)
        };
        let relation = match (head.trim(), args.as_slice()) {
            ("same", names) => Relation::Same(names.iter().map(|name| value(name)).collect()),
            ("element", [a, b]) => Relation::Element(value(a), value(b)),
            ("same_element", [a, b]) => Relation::SameElement(value(a), value(b)),
            ("attr_type", [a, b]) => Relation::AttributeType(own(a), value(b)),
            ("one_of", [a, words]) => {
                Relation::OneOf(own(a), words.split_whitespace().map(own).collect())
            }
            _ => {
                self.error_help(
                    range,
                    format!("unknown constraint `{text}`"),
                    "it is one of same(a, b, …), element(outer, inner), same_element(a, b), \
                     attr_type(attribute, value), one_of(attribute, word word …)"
                        .into(),
                );
                return None;
            }
        };
        if let Relation::AttributeType(name, _) | Relation::OneOf(name, _) = &relation
            && !op.attributes.iter().any(|slot| slot.name == *name)
        {
            self.error(range, format!("no attribute is called `{name}`"));
        }
        Some(relation)
    }

    fn expansion(&mut self, text: &str, range: Range<usize>, op: &OpDef) -> Option<Expansion> {
        if !op.regions.is_empty() || !op.successors.is_empty() {
            let message = "an operation with regions or successors cannot have an expansion";
            self.error(range, message);
            return None;
        }
        let Some(name) = text.trim().strip_prefix("call @") else {
            return Some(Expansion::Ops(text.to_string().into()));
        };
        let fine = |c: char| c.is_ascii_alphanumeric() || "_.$-".contains(c);
        if name.is_empty() || !name.chars().all(fine) {
            self.error(range, format!("`{name}` is not a valid function name"));
            return None;
        }
        if op.traits.terminator {
            self.error(range, "a call ends no block, so it cannot be what a terminator stands for");
            return None;
        }
        Some(Expansion::Call(name.to_string().into()))
    }

    // --- TOML -------------------------------------------------------------------------------

    /// Reports keys that mean nothing.
    fn keys(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for key in table.keys() {
            let key: &Key<'_> = key;
            if !known.contains(&key.get_ref().as_ref()) {
                self.error_help(
                    key.span(),
                    format!("{what} has no `{}`", key.get_ref()),
                    format!("it may have {}", known.join(", ")),
                );
            }
        }
    }

    fn missing(&mut self, table: &DeTable<'_>, key: &str, range: Range<usize>, what: &str) {
        // A value of the wrong kind has been reported.
        if table.get(key).is_none_or(|value| value.get_ref().is_str()) {
            self.error(range, format!("{what} needs a `{key}`"));
        }
    }

    fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<(String, Range<usize>)> {
        let value: &Value<'_> = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some((text.to_string(), value.span())),
            _ => {
                self.error(value.span(), format!("`{key}` must be a string"));
                None
            }
        }
    }

    /// A string without the space around it; empty when there is none.
    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Cow<'static, str> {
        self.string(table, key).map_or(Cow::default(), |(text, _)| text.trim().to_string().into())
    }

    fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<(String, Range<usize>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.error(value.span(), format!("`{key}` must be a list of strings"));
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) => strings.push((text.to_string(), item.span())),
                _ => self.error(item.span(), format!("`{key}` must be a list of strings")),
            }
        }
        strings
    }

    fn identifier(&mut self, name: &str, range: Range<usize>, what: &str) {
        let mut bytes = name.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_');
        let rest = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !(first && rest) {
            self.error_help(
                range,
                format!("`{name}` is not a valid {what} name"),
                "names are lower-case letters, digits and `_`, and begin with no digit".into(),
            );
        }
    }
}

struct SlotParts<'t> {
    name: &'t str,
    constraint: &'t str,
    arity: Arity,
    effect: Option<&'t str>,
}

/// A word without the mark at its end, and what the mark means.
fn arity(word: &str) -> (&str, Arity) {
    match (word.strip_suffix("..."), word.strip_suffix('?')) {
        (Some(word), _) => (word, Arity::Variadic),
        (_, Some(word)) => (word, Arity::Optional),
        _ => (word, Arity::One),
    }
}
